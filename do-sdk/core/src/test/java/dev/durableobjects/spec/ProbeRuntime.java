package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.Schedule;
import dev.durableobjects.ShutdownReason;
import dev.durableobjects.Worker;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.NamespaceConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// A runtime with probes, and what the test knows about them.
final class ProbeRuntime implements AutoCloseable {

    private static final Set<Thread.State> WAITING =
            EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

    final Map<String, Probe.Script> scripts = new ConcurrentHashMap<>();
    final List<String> constructed = Probe.seen();
    final List<ShutdownReason> shutdowns = Probe.seen();
    final List<String> log = Probe.seen();
    volatile Consumer<Probe> constructor = probe -> {};
    volatile Probe.Listener listener = (self, socket, message) -> {};
    volatile Probe.Due<AlarmInvocationInfo> alarm = (self, info) -> {};
    volatile Probe.Due<Schedule> scheduled = (self, schedule) -> {};

    private final AtomicInteger onces = new AtomicInteger();
    private final DurableObjects objects;

    ProbeRuntime(Path directory) {
        this(directory, builder -> {});
    }

    ProbeRuntime(Path directory, Consumer<DurableObjectsBuilder> settings) {
        this(directory, settings, namespace -> {});
    }

    ProbeRuntime(
            Path directory,
            Consumer<DurableObjectsBuilder> settings,
            Consumer<NamespaceConfig.Builder> namespace) {
        this(directory, (probes, builder) -> settings.accept(builder), namespace);
    }

    /// @param settings says also what probes do: an overdue alarm wakes one as soon as there is a
    ///   runtime
    ProbeRuntime(
            Path directory,
            BiConsumer<ProbeRuntime, DurableObjectsBuilder> settings,
            Consumer<NamespaceConfig.Builder> namespace) {
        DurableObjectsBuilder builder =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(Probe.PROBE, (ctx, env) -> new Probe(ctx, env, this), namespace);
        settings.accept(this, builder);
        objects = builder.build();
    }

    DurableObjects objects() {
        return objects;
    }

    DurableObjectNamespace<ProbeApi> namespace() {
        return objects.env().namespace(Probe.PROBE);
    }

    DurableObjectStub<ProbeApi> stub(String name) {
        return namespace().getByName(name);
    }

    void script(String name, Probe.Script script) {
        scripts.put(name, script);
    }

    /// Runs a script that is used once.
    Object in(String object, Probe.Script script) throws Exception {
        String name = "once-" + onces.incrementAndGet();
        script(name, script);
        return stub(object).rpc().run(name, "");
    }

    /// Gives an object a table.
    void prepare(String object) throws Exception {
        in(
                object,
                (self, argument) -> {
                    self.createTable();
                    return "";
                });
    }

    /// Returns what the table of an object holds.
    @SuppressWarnings("unchecked") // The script returns it.
    List<Object> values(String object) throws Exception {
        return (List<Object>) in(object, (self, argument) -> self.values());
    }

    /// Runs a script on a thread of its own.
    CompletableFuture<Object> start(String object, Probe.Task task) {
        return started(() -> in(object, (self, argument) -> task.run(self)));
    }

    /// Keeps an object busy until a latch opens, and returns when it is.
    CompletableFuture<Object> occupied(String object, CountDownLatch release) throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<Object> event =
                start(
                        object,
                        self -> {
                            inside.countDown();
                            release.await();
                            return "";
                        });
        inside.await();
        return event;
    }

    /// Something that waits on a thread of its own.
    record Blocked<T>(Thread thread, CompletableFuture<T> result) {}

    /// Starts an event, and returns when it waits: for its turn, for the next instance, or for what
    /// is not durable yet.
    Blocked<Object> blocked(String object, Probe.Task task) {
        return blocked(() -> in(object, (self, argument) -> task.run(self)));
    }

    /// Starts something on a virtual thread of its own, and returns when it waits.
    static <T> Blocked<T> blocked(Callable<T> body) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = startedInto(result, body);
        while (!WAITING.contains(thread.getState())) {
            assertThat("it must wait, had " + result, thread.isAlive(), is(true));
            Thread.onSpinWait();
        }
        return new Blocked<>(thread, result);
    }

    /// Returns when an object has logged this.
    void awaitLog(String entry) {
        while (!log.contains(entry)) {
            Thread.onSpinWait();
        }
    }

    /// Returns what a call fails with.
    static Throwable failureOf(CompletableFuture<?> call) {
        return assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS))
                .getCause();
    }

    /// Returns what a call fails with because its object was reset.
    static DurableObjectException resetOf(CompletableFuture<?> call) {
        DurableObjectException thrown = (DurableObjectException) failureOf(call);
        assertThat("reset: " + thrown, thrown.durableObjectReset(), is(true));
        return thrown;
    }

    /// Runs something on a virtual thread of its own.
    static <T> CompletableFuture<T> started(Callable<T> body) {
        CompletableFuture<T> result = new CompletableFuture<>();
        startedInto(result, body);
        return result;
    }

    private static <T> Thread startedInto(CompletableFuture<T> result, Callable<T> body) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        result.complete(body.call());
                    } catch (Throwable failure) {
                        result.completeExceptionally(failure);
                    }
                });
    }

    /// Starts a server with a Worker in front of the probes.
    WebServer serve(Worker worker) {
        WebServerConfig.Builder server = WebServer.builder().port(0).host("127.0.0.1");
        objects.mount(server, worker);
        return server.build().start();
    }

    @Override
    public void close() {
        objects.close();
    }
}
