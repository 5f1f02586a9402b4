package dev.durableobjects;

/// Every bound of the runtime: its unit, its default and its reason, in one place.
///
/// A bound is changed through [Limits]; in configuration its key is [#key] below `durable.limits`.
public enum Limit {
    /// Bytes of a request's body. A bigger one gets status 413.
    BODY_BYTES("bodyBytes", 1 << 20, "a body is held in memory as a whole"),
    /// Nested calls from object to object. The call that exceeds it fails.
    CALL_DEPTH("callDepth", 64, "callers' stacks nest, and a cycle of calls must end"),
    /// Events that may wait for one object. One more is refused as overload.
    QUEUED_EVENTS("queuedEvents", 10_000, "a slow object must not collect threads without end"),
    /// Bytes of UTF-8 of an object's name that are carried into the object.
    NAME_BYTES("nameBytes", 1024, "Cloudflare's bound; a longer name still has an id"),
    /// Sockets that one object may hold.
    SOCKETS_PER_OBJECT("socketsPerObject", 32_768, "Cloudflare's bound"),
    /// Bytes of a received WebSocket message, after its fragments were joined. A bigger one closes
    /// the connection with 1009.
    SOCKET_MESSAGE_BYTES("socketMessageBytes", 1 << 20, "a message is held in memory as a whole"),
    /// Bytes that may wait to be sent on one socket. A reader slower than that is closed with 1013.
    SOCKET_QUEUE_BYTES("socketQueueBytes", 4 << 20, "a stalled reader must not fill the memory"),
    /// Seconds between two pings on a socket. A peer that answers none of two is taken as gone.
    SOCKET_PING_SECONDS("socketPingSeconds", 20, "a peer that vanished sends no Close frame"),
    /// Seconds that a peer has to answer a Close frame.
    SOCKET_CLOSE_SECONDS("socketCloseSeconds", 10, "the closing handshake must end"),
    /// Bytes of SQL text whose compiled statements one object keeps.
    STATEMENT_CACHE_BYTES("statementCacheBytes", 1 << 20, "Cloudflare's bound"),
    /// Kibibytes of pages that one object's database keeps in memory.
    PAGE_CACHE_KIB("pageCacheKib", 512, "memory per live object"),
    /// Seconds until a commit that does not become durable resets its object.
    COMMIT_SECONDS("commitSeconds", 30, "Cloudflare's bound on the output gate"),
    /// Seconds that events under way have to finish when the runtime closes.
    SHUTDOWN_SECONDS("shutdownSeconds", 10, "a process manager waits about that long"),
    /// Bytes of static content that a mount may hold.
    STATIC_BYTES("staticBytes", 32 << 20, "static content is served from memory");

    private final String key;
    private final int standard;
    private final String reason;

    Limit(String key, int standard, String reason) {
        this.key = key;
        this.standard = standard;
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

    /// Returns why the bound exists.
    public String reason() {
        return reason;
    }
}
