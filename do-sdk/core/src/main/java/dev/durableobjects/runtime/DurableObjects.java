package dev.durableobjects.runtime;

import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.Worker;
import dev.durableobjects.internal.edge.HttpEdge;
import dev.durableobjects.internal.edge.OriginPolicy;
import dev.durableobjects.internal.edge.StaticContent;
import dev.durableobjects.internal.edge.WorkerRouting;
import dev.durableobjects.internal.engine.Node;
import dev.durableobjects.internal.engine.ObjectClass;
import dev.durableobjects.internal.engine.ObjectDirectory;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.socket.SocketKeeper;
import dev.durableobjects.internal.storage.DataDirectory;
import dev.durableobjects.internal.storage.FileSync;
import dev.durableobjects.internal.storage.NodeIndex;
import dev.durableobjects.internal.storage.WalSyncLog;
import dev.durableobjects.spi.CommitLog;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

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
    private static final long GO_AWAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Node node;
    private final NodeIndex index;
    private final ObjectDirectory objects;
    private final Namespaces env;
    private final Set<String> origins;
    private final AtomicBoolean closed = new AtomicBoolean();

    private DurableObjects(
            Node node, NodeIndex index, Map<String, ObjectClass<?>> classes, Set<String> origins) {
        this.node = node;
        this.index = index;
        this.origins = Set.copyOf(origins);
        this.objects = new ObjectDirectory(node);
        this.env = new Namespaces(node, objects, classes);
    }

    /// Returns a builder.
    public static DurableObjectsBuilder builder() {
        return new DurableObjectsBuilder();
    }

    static DurableObjects start(
            Path path,
            Limits limits,
            RandomGenerator random,
            Map<String, ObjectClass<?>> classes,
            Set<String> origins) {
        DataDirectory directory = DataDirectory.open(path);
        try {
            NodeIndex index = NodeIndex.open(directory);
            try {
                classes.values().forEach(type -> register(index, directory, type));
                Waiting waiting = Waiting.system();
                CommitLog log =
                        new WalSyncLog(
                                waiting, FileSync.system(), limits.get(Limit.COMMIT_SECONDS));
                Node node =
                        new Node(
                                limits, waiting, random, directory, log, new SocketKeeper(waiting));
                return new DurableObjects(node, index, classes, origins);
            } catch (RuntimeException e) {
                index.close();
                throw e;
            }
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /// Returns what Workers and objects get: the way to the namespaces.
    public Env env() {
        return env;
    }

    /// Returns the absolute path of the data directory.
    public Path directory() {
        return node.directory().path();
    }

    /// Puts a Worker on a web server: every request and every WebSocket upgrade goes to it.
    public void mount(WebServerConfig.Builder server, Worker worker) {
        mount(server, worker, settings -> {});
    }

    /// Puts a Worker on a web server, with settings.
    ///
    /// @throws IllegalArgumentException if there is no such static content, or an origin is none
    public void mount(
            WebServerConfig.Builder server, Worker worker, Consumer<MountConfig> settings) {
        MountConfig config = new MountConfig(origins);
        settings.accept(config);
        WorkerRouting routing =
                new WorkerRouting(
                        worker,
                        env,
                        new OriginPolicy(config.origins()),
                        node.random(),
                        node.limits().get(Limit.BODY_BYTES));
        StaticContent content =
                config.staticFolder().map(this::staticContent).orElseGet(StaticContent::none);
        Optional<HttpRouting.Builder> own = config.routing();
        HttpRouting.Builder http = own.orElseGet(HttpRouting::builder);
        http.any(new HttpEdge(routing, content));
        if (own.isEmpty()) {
            server.addRouting(http);
        }
        server.addRouting(routing);
        ShutdownHook.install(this);
    }

    /// Closes the runtime: refuses new calls, closes WebSockets with 1001, lets events under way
    /// finish within `Limit.SHUTDOWN_SECONDS`, makes everything durable and closes all files.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        ShutdownHook.remove(this);
        LOGGER.log(System.Logger.Level.INFO, "closing {0} objects", objects.size());
        long nanos = TimeUnit.SECONDS.toNanos(node.limits().get(Limit.SHUTDOWN_SECONDS));
        objects.refuse();
        node.sockets().goAway(GO_AWAY_NANOS);
        node.sockets().close();
        objects.close(nanos);
        node.log().close();
        index.close();
        node.directory().close();
    }

    private StaticContent staticContent(String folder) {
        return StaticContent.of(
                Thread.currentThread().getContextClassLoader(),
                folder,
                node.limits().get(Limit.STATIC_BYTES));
    }

    private static void register(NodeIndex index, DataDirectory directory, ObjectClass<?> type) {
        String binding = type.binding().name();
        Optional<String> before = index.uniqueKey(binding);
        boolean changed = before.filter(key -> !key.equals(type.uniqueKey())).isPresent();
        if (changed && directory.hasObjects(before.orElseThrow())) {
            throw new IllegalStateException(
                    ("namespace %s has data under the unique key '%s', and was started with '%s':"
                                    + " every name would lead to an empty object. Give it its old"
                                    + " key, or start with another data directory.")
                            .formatted(binding, before.orElseThrow(), type.uniqueKey()));
        }
        if (before.isEmpty() || changed) {
            index.register(binding, type.uniqueKey());
        }
    }
}
