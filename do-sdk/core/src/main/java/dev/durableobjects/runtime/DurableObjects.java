package dev.durableobjects.runtime;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.Worker;
import dev.durableobjects.internal.control.ControlServer;
import dev.durableobjects.internal.edge.ClientModules;
import dev.durableobjects.internal.edge.Connections;
import dev.durableobjects.internal.edge.HttpEdge;
import dev.durableobjects.internal.edge.OriginPolicy;
import dev.durableobjects.internal.edge.StaticContent;
import dev.durableobjects.internal.edge.Traffic;
import dev.durableobjects.internal.edge.WorkerRouting;
import dev.durableobjects.internal.engine.AlarmScheduler;
import dev.durableobjects.internal.engine.Interventions;
import dev.durableobjects.internal.engine.Node;
import dev.durableobjects.internal.engine.ObjectClass;
import dev.durableobjects.internal.engine.ObjectDirectory;
import dev.durableobjects.internal.gate.Latch;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.Checkpointer;
import dev.durableobjects.internal.journal.HistoryRules;
import dev.durableobjects.internal.journal.Journal;
import dev.durableobjects.internal.journal.JournalIndex;
import dev.durableobjects.internal.storage.DataDirectory;
import dev.durableobjects.internal.storage.NodeIndex;
import dev.durableobjects.internal.storage.Opening;
import dev.durableobjects.internal.storage.SqlPermits;
import dev.durableobjects.internal.value.FileErrors;
import dev.durableobjects.operations.NodeOperations;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.spi.CommitLog;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The runtime: opens a data directory, keeps its objects, and puts Workers on web servers.
///
///     DurableObjects objects = DurableObjects.builder()
///             .directory(Path.of("data"))
///             .namespace(FLIGHT, Flight::new)
///             .build();
///     WebServerConfig.Builder server = WebServer.builder().port(8787);
///     objects.mount(server, new SeatWorker());
///     server.build().start();
///
/// When the process gets SIGINT or SIGTERM, a mounted runtime closes before its server stops. Safe
/// for use by many threads.
public final class DurableObjects implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(DurableObjects.class.getName());

    private final Node node;
    private final NodeIndex index;
    private final HealthCheck health;
    private final ObjectDirectory objects;
    private final Namespaces env;
    private final AlarmScheduler alarms;
    private final Operations operations;
    private final ControlServer control;
    private final Traffic traffic;
    private final Connections connections;
    private final Set<String> origins;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Latch closed;

    private DurableObjects(
            Node node,
            NodeIndex index,
            HealthCheck health,
            List<ObjectClass<?>> classes,
            Set<String> origins) {
        this.node = node;
        this.index = index;
        this.health = health;
        this.origins = Set.copyOf(origins);
        this.objects = new ObjectDirectory(node);
        this.env = new Namespaces(node, objects, classes);
        this.alarms = new AlarmScheduler(node, objects, index.objects(), classes, env);
        this.operations =
                new NodeOperations(
                        node,
                        index,
                        new Interventions(node, objects, classes, env),
                        health.journal(),
                        health.disk());
        this.control = new ControlServer(node.directory().path(), operations);
        this.traffic = new Traffic(node.waiting());
        this.connections = new Connections(node.limits(), node.sockets().counters());
        this.closed = new Latch(node.waiting());
    }

    /// Returns a builder.
    public static DurableObjectsBuilder builder() {
        return new DurableObjectsBuilder();
    }

    static DurableObjects start(
            Surroundings outside, List<RegisteredClass> classes, Set<String> origins) {
        SqlPermits.install(outside.limits().get(Limit.SQL_PERMITS));
        DataDirectory directory = DataDirectory.open(outside.directory());
        NodeIndex index =
                Opening.orClose(() -> NodeIndex.open(directory, outside.disk()), directory::close);
        List<ObjectClass<?>> opened =
                Opening.orClose(
                        () -> open(classes, index, directory, outside.waiting()),
                        index::close,
                        directory::close);
        Journal journal =
                Opening.orClose(
                        () -> journal(outside, directory.path(), classes, index.objects()),
                        index::close,
                        directory::close);
        return Opening.orClose(
                () -> start(outside, directory, index, journal, opened, origins),
                journal::close,
                index::close,
                () -> directory.closeBehind(journal));
    }

    private static DurableObjects start(
            Surroundings outside,
            DataDirectory directory,
            NodeIndex index,
            Journal journal,
            List<ObjectClass<?>> classes,
            Set<String> origins) {
        index.findLost(directory, journal.history().redo());
        Limits limits = outside.limits();
        CommitLog log = outside.log().apply(journal);
        Node node =
                new Node(
                        limits,
                        outside.waiting(),
                        outside.clock(),
                        outside.random(),
                        directory,
                        log,
                        journal.history());
        HealthCheck health = new HealthCheck(journal, outside.disk(), directory.path(), limits);
        DurableObjects started = new DurableObjects(node, index, health, classes, origins);
        journal.checkpointThrough(started::checkpoint);
        started.alarms.start();
        if (outside.waiting().equals(Waiting.system())) { // Its threads are never simulated.
            started.control.open();
        }
        return started;
    }

    private static List<ObjectClass<?>> open(
            List<RegisteredClass> classes,
            NodeIndex index,
            DataDirectory directory,
            Waiting waiting) {
        classes.forEach(type -> register(index, directory, type));
        List<ObjectClass<?>> opened = new ArrayList<>();
        classes.forEach(type -> opened.add(type.open(directory, waiting)));
        return opened;
    }

    private static Journal journal(
            Surroundings outside, Path root, List<RegisteredClass> classes, JournalIndex index) {
        Limits limits = outside.limits();
        try {
            return new Journal(
                    root,
                    outside.disk(),
                    outside.waiting(),
                    outside.clock(),
                    limits.get(Limit.COMMIT_SECONDS),
                    outside.journalBytesMax(),
                    historyRules(limits, classes),
                    index);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot use the journal of %s: %s".formatted(root, FileErrors.message(e)), e);
        }
    }

    private static HistoryRules historyRules(Limits limits, List<RegisteredClass> classes) {
        return new HistoryRules(
                classes.stream()
                        .map(RegisteredClass::config)
                        .collect(
                                Collectors.toMap(
                                        NamespaceConfig::uniqueKey, NamespaceConfig::history)),
                NamespaceConfig.HISTORY,
                (long) limits.get(Limit.HISTORY_MIB) << 20,
                (long) limits.get(Limit.HISTORY_OBJECT_MIB) << 20);
    }

    private boolean checkpoint(String file, Checkpointer.Use use) throws IOException {
        return objects.checkpoint(DataDirectory.id(file), use);
    }

    /// Returns what Workers and objects get: the way to the namespaces.
    public Env env() {
        return env;
    }

    /// Returns the absolute path of the data directory.
    public Path directory() {
        return node.directory().path();
    }

    /// Returns the bounds that the runtime keeps.
    public Limits limits() {
        return node.limits();
    }

    /// Returns how many objects are in memory.
    public int liveObjects() {
        return objects.size();
    }

    /// Returns whether the runtime can do its work, and if not, what is in its way. It looks at the
    /// disk, but neither writes nor waits.
    public Health health() {
        return health.run(closing.get(), alarms.failure());
    }

    /// Returns what the runtime counts.
    public Metrics metrics() {
        return Metrics.of(
                objects.size(), connections.size(), node.sockets().counters(), alarms.counters());
    }

    /// Returns what an operator can do with the objects, until the runtime closes. It knows the
    /// namespaces of earlier programs too, whose objects are in no memory.
    public Operations operations() {
        return operations;
    }

    /// Returns how many WebSockets are watched over. For tests.
    int connections() {
        return node.sockets().size();
    }

    /// Runs the pending alarm of an object at once, for tests: before its time, on the calling
    /// thread and as one event. It is deleted first; what the handler throws reaches the caller,
    /// and nothing is repeated.
    ///
    /// @return whether there was an alarm
    /// @throws IllegalArgumentException if there is no such namespace, or it has no such id
    public boolean runAlarm(Binding<?> binding, DurableObjectId id) {
        return env.of(binding).runAlarm(id);
    }

    /// Lets an object leave memory, for tests: its events end, its `preShutdown` runs, its timers
    /// are gone, and its sockets hibernate. The next call starts it anew.
    ///
    /// @throws IllegalArgumentException if there is no such namespace, or it has no such id
    /// @throws IllegalStateException if the object is not in memory, holds sockets of `ctx.accept`,
    ///   or its events do not end within `Limit.COMMIT_SECONDS`
    public void evict(Binding<?> binding, DurableObjectId id) {
        env.of(binding).evict(id);
    }

    /// Puts a Worker on a web server: every request and every WebSocket upgrade goes to it.
    public void mount(WebServerConfig.Builder server, Worker worker) {
        mount(server, worker, settings -> {});
    }

    /// Puts a Worker on a web server, with settings.
    ///
    /// @throws IllegalArgumentException if there is no such static content, an origin is none, or
    ///   two things are to be served at one path
    public void mount(
            WebServerConfig.Builder server, Worker worker, Consumer<MountConfig> settings) {
        requireNonNull(server, "server must be a WebServerConfig.Builder, was null");
        requireNonNull(worker, "worker must be a Worker, was null");
        requireNonNull(settings, "settings must be a Consumer, was null");
        MountConfig config = new MountConfig(origins);
        settings.accept(config);
        WorkerRouting routing =
                new WorkerRouting(
                        worker,
                        env,
                        new OriginPolicy(config.origins()),
                        traffic,
                        connections,
                        node.random(),
                        node.limits());
        StaticContent files =
                config.staticFolder().map(this::staticContent).orElseGet(StaticContent::none);
        StaticContent content =
                config.clientFolder().map(folder -> ClientModules.in(folder, files)).orElse(files);
        Optional<HttpRouting.Builder> own = config.routing();
        HttpRouting.Builder http = own.orElseGet(HttpRouting::builder);
        config.healthPath().ifPresent(path -> addHealth(http, path, content));
        http.any(new HttpEdge(routing, content));
        if (own.isEmpty()) {
            server.addRouting(http);
        }
        server.addRouting(routing);
        ShutdownHook.install(this);
    }

    private void addHealth(HttpRouting.Builder http, String path, StaticContent content) {
        if (content.has(path)) {
            throw new IllegalArgumentException(
                    "the health check and a file of the static content or the JavaScript client"
                            + " have the path '%s'; give the health check another".formatted(path));
        }
        HealthHandler handler = new HealthHandler(this::health);
        http.get(path, handler).head(path, handler);
    }

    /// Closes the runtime: refuses new calls, lets requests under way finish within half of
    /// `Limit.SHUTDOWN_SECONDS` and events within all of them, gives every object its
    /// `preShutdown`, closes WebSockets with 1001, makes everything durable and closes all files. A
    /// second call waits for the first, but not longer than `Limit.SHUTDOWN_SECONDS`.
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            closed.awaitUntil(node.after(Limit.SHUTDOWN_SECONDS));
            return;
        }
        ShutdownHook.remove(this);
        LOGGER.log(System.Logger.Level.INFO, "closing {0} objects", objects.size());
        long deadline = node.after(Limit.SHUTDOWN_SECONDS);
        inOrder(
                control::close,
                () -> traffic.close(halfWayTo(deadline)), // They may still call objects.
                alarms::close,
                objects::refuse,
                node.sockets()::quieten, // Or a busy object is never free to leave.
                () -> objects.close(deadline),
                node.sockets()::goAway, // Behind what objects say last.
                node::close,
                node.log()::close,
                index.objects()::close,
                index::close,
                () -> node.directory().closeBehind(health.journal()),
                closed::open);
    }

    /// A stream that never ends must not take the time that objects have for their `preShutdown`.
    private long halfWayTo(long deadline) {
        long now = node.waiting().nanoTime();
        return now + (deadline - now) / 2;
    }

    /// Takes every step, whatever becomes of those before it.
    private static void inOrder(Runnable... steps) {
        RuntimeException first = null;
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private StaticContent staticContent(String folder) {
        return StaticContent.of(
                Thread.currentThread().getContextClassLoader(),
                folder,
                node.limits().get(Limit.STATIC_BYTES));
    }

    private static void register(NodeIndex index, DataDirectory directory, RegisteredClass type) {
        String binding = type.binding().name();
        String key = type.config().uniqueKey();
        String before = index.uniqueKey(binding).orElse("");
        if (before.equals(key)) {
            return;
        }
        if (!before.isEmpty() && directory.countObjects(before) > 0) {
            throw new IllegalStateException(
                    ("namespace %s has data under the unique key '%s', and was started with '%s':"
                                    + " every name would lead to an empty object. Give it its old"
                                    + " key, or start with another data directory.")
                            .formatted(binding, before, key));
        }
        index.register(binding, key);
    }
}
