package dev.durableobjects;

/// Every bound of the runtime, in one place: what it bounds and in which unit, its default and its
/// reason. The reference shows the first sentence of each.
///
/// A bound is changed through [Limits]; in configuration its key is [#key] below `durable.limits`.
/// Immutable.
public enum Limit {
    /// Objects in memory at a time. At the bound, the one idle for longest leaves. If none is idle,
    /// a call from outside waits for one that leaves already, and is refused as overload if none
    /// does.
    LIVE_OBJECTS("liveObjects", 2_000, "each has a database connection: memory and file handles"),
    /// Seconds without an event after which an object leaves memory.
    IDLE_SECONDS("idleSeconds", 10, "Cloudflare's bound"),
    /// Seconds without an event after which an object leaves memory although it still has a timer,
    /// task or stream that has used up its `pinSeconds`.
    PINNED_IDLE_SECONDS("pinnedIdleSeconds", 70, "Cloudflare's bound"),
    /// Seconds for which a pending timer, task or stream keeps an idle object in memory.
    PIN_SECONDS("pinSeconds", 900, "Cloudflare's bound"),
    /// Events that may wait for one object. One more is refused as overload.
    QUEUED_EVENTS("queuedEvents", 10_000, "a slow object must not collect threads without end"),
    /// Nested calls from object to object. The call that exceeds it fails.
    CALL_DEPTH("callDepth", 64, "callers' stacks nest, and a cycle of calls must end"),
    /// Nested critical sections. The one that exceeds it fails.
    CRITICAL_SECTION_DEPTH("criticalSectionDepth", 64, "Cloudflare's bound"),
    /// Seconds that a critical section may take before the object is reset.
    BLOCK_CONCURRENCY_SECONDS("blockConcurrencySeconds", 30, "Cloudflare's bound"),
    /// Seconds until a commit that does not become durable resets its object.
    COMMIT_SECONDS("commitSeconds", 30, "Cloudflare's bound on the output gate"),
    /// Seconds that a single SQL statement may run.
    STATEMENT_SECONDS("statementSeconds", 30, "a query that never ends would block its object"),
    /// Seconds that preShutdown may take.
    PRE_SHUTDOWN_SECONDS("preShutdownSeconds", 10, "Cloudflare's bound"),
    /// Seconds that events under way have to finish when the runtime closes; requests have the
    /// first half of them.
    SHUTDOWN_SECONDS("shutdownSeconds", 10, "a process manager waits about that long"),
    /// Keep-alive leases, `waitUntil` tasks, streams and pending timers that one object may have at
    /// a time.
    PINS_PER_OBJECT("pinsPerObject", 20_000, "each is held in memory, and a task has a thread"),
    /// Timers that one object may have pending.
    TIMERS_PER_OBJECT("timersPerObject", 10_000, "timers are held in memory"),
    /// Seconds that a run of an alarm or a schedule may take before the object is reset.
    ALARM_SECONDS("alarmSeconds", 900, "Cloudflare's bound"),
    /// Runs of alarms and schedules at a time, in all objects; one that waits for its turn in a
    /// busy object does not count. Others that are due wait.
    ALARMS_RUNNING("alarmsRunning", 64, "many may be due at once, after a restart most of all"),
    /// Schedules that one object may have, the alarm not counted.
    SCHEDULES_PER_OBJECT("schedulesPerObject", 10_000, "each commit that changes one looks at all"),
    /// Bytes of UTF-8 of a schedule's name.
    SCHEDULE_NAME_BYTES("scheduleNameBytes", 1024, "as the name of an object"),
    /// Bytes of a request's body. A bigger one gets status 413.
    BODY_BYTES("bodyBytes", 1 << 20, "a body is held in memory as a whole"),
    /// Bytes that are still read of a body that is too big, so that the client gets to read the
    /// refusal. After more than that the connection just ends.
    REFUSED_BODY_BYTES("refusedBodyBytes", 1 << 20, "some clients read only after they have sent"),
    /// Bytes of UTF-8 of an object's name that are carried into the object.
    NAME_BYTES("nameBytes", 1024, "Cloudflare's bound; a longer name still has an id"),
    /// Bytes of messages that one event may send, a broadcast counted once. The message that
    /// exceeds it is refused as overload.
    EVENT_OUTPUT_BYTES("eventOutputBytes", 64 << 20, "they are held until the commit is durable"),
    /// WebSocket connections of a runtime at a time. At the bound, a handshake gets status 503.
    SOCKETS_PER_NODE("socketsPerNode", 65_536, "each has a thread, buffers and a file handle"),
    /// WebSocket connections from one address at a time; IPv6 addresses of one /64 network count as
    /// one. At the bound, a handshake gets status 429. Lower it only where clients connect
    /// directly.
    SOCKETS_PER_ADDRESS("socketsPerAddress", 65_536, "all clients of a proxy share its address"),
    /// Sockets that one object may hold.
    SOCKETS_PER_OBJECT("socketsPerObject", 32_768, "Cloudflare's bound"),
    /// Bytes of a received WebSocket message, after its fragments were joined. A bigger one closes
    /// the connection with 1009.
    SOCKET_MESSAGE_BYTES("socketMessageBytes", 1 << 20, "a message is held in memory as a whole"),
    /// Mebibytes of WebSocket messages of all peers that have come in part. At the bound, the
    /// connection on which more of one comes is closed with 1013.
    SOCKET_INCOMING_MIB("socketIncomingMib", 256, "many slow peers must not fill the memory"),
    /// Messages that a peer may send on one socket in a second, control frames and fragments
    /// included; it may send those of ten seconds at once. More closes the connection with 1008.
    SOCKET_MESSAGES_PER_SECOND(
            "socketMessagesPerSecond", 1_000, "one peer must not keep an object from the others"),
    /// Bytes that may wait to be sent on one socket. A reader slower than that is closed with 1013.
    SOCKET_QUEUE_BYTES("socketQueueBytes", 4 << 20, "a stalled reader must not fill the memory"),
    /// Bytes that may wait to be sent on one socket of a namespace that coalesces. At more, the
    /// newest message replaces those that wait.
    SOCKET_COALESCE_BYTES("socketCoalesceBytes", 64 << 10, "what waits longer is out of date"),
    /// Seconds between two pings on a socket. A peer that answers none of two is taken as gone.
    SOCKET_PING_SECONDS("socketPingSeconds", 20, "a peer that vanished sends no Close frame"),
    /// Seconds that a peer has to answer a Close frame, and that an opening handshake may take.
    SOCKET_CLOSE_SECONDS("socketCloseSeconds", 10, "a handshake must end"),
    /// Seconds that a peer has to read why its connection was failed, and that all peers have to
    /// read that the server goes away.
    SOCKET_LINGER_SECONDS("socketLingerSeconds", 1, "a farewell should arrive, but not take long"),
    /// Bytes of SQL text whose compiled statements one object keeps.
    STATEMENT_CACHE_BYTES("statementCacheBytes", 1 << 20, "Cloudflare's bound"),
    /// Kibibytes of pages that one object's database keeps in memory.
    PAGE_CACHE_KIB("pageCacheKib", 512, "memory per live object"),
    /// Mebibytes of pages that one event may write, 1024 at most. With more, all of it is undone
    /// and the object reset.
    TRANSACTION_MIB("transactionMib", 1_024, 1_024, "a commit is held in memory as a whole"),
    /// Mebibytes of the journal at which its oldest file is freed, by checkpoints of the databases
    /// that have commits in it.
    JOURNAL_MIB("journalMib", 256, "a start after a crash reads all of it"),
    /// Mebibytes that should be free on the disk of the data directory. With less, the runtime
    /// counts as degraded. A backup leaves as many free on its own disk.
    FREE_DISK_MIB("freeDiskMib", 256, "a full disk fails the journal: learn of it before"),
    /// Mebibytes of history, of all objects together. At the bound, what is old is forgotten sooner
    /// than the namespaces say; of each object one copy stays.
    HISTORY_MIB("historyMib", 10_240, "the past must not fill the disk"),
    /// Mebibytes of history of one object. At the bound, its oldest is forgotten sooner.
    HISTORY_OBJECT_MIB("historyObjectMib", 1_024, "one busy object must not take all of it"),
    /// Mebibytes of a file that an operator lets an object become.
    IMPORT_MIB("importMib", 10_240, "Cloudflare's bound on one object"),
    /// Bytes of static content that a mount may hold.
    STATIC_BYTES("staticBytes", 32 << 20, "static content is served from memory"),
    /// Threads that may be inside SQLite at a time, in the whole process; the first runtime of a
    /// process sets it.
    SQL_PERMITS("sqlPermits", 12, "a native call keeps a thread of the operating system");

    private final String key;
    private final int standard;
    private final int maximum;
    private final String reason;

    Limit(String key, int standard, String reason) {
        this(key, standard, Integer.MAX_VALUE, reason);
    }

    Limit(String key, int standard, int maximum, String reason) {
        this.key = key;
        this.standard = standard;
        this.maximum = maximum;
        this.reason = reason;
    }

    /// Returns the configuration key, below `durable.limits`.
    public String key() {
        return key;
    }

    /// Returns the default.
    public int standard() {
        return standard;
    }

    /// Returns the largest value that it can be set to.
    public int maximum() {
        return maximum;
    }

    /// Returns why the bound exists.
    public String reason() {
        return reason;
    }
}
