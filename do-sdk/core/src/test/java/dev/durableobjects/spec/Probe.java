package dev.durableobjects.spec;

import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Schedule;
import dev.durableobjects.ShutdownReason;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// An object that does what a test gives it to do. Tasks go by name through a table that the test
/// fills, since code cannot cross to an object.
final class Probe extends DurableObject implements ProbeApi {

    static final Binding<ProbeApi> PROBE = Binding.of("PROBE", ProbeApi.class);

    /// What a test lets objects do.
    interface Script {
        Object run(Probe self, String argument) throws Exception;
    }

    /// What a test lets objects do when something is due.
    interface Due<D> {
        void run(Probe self, D due) throws Exception;
    }

    /// The same without an argument.
    interface Task {
        Object run(Probe self) throws Exception;
    }

    private final ProbeRuntime runtime;

    /// A field, lost with the instance.
    int counter;

    Probe(DurableObjectState ctx, Env env, ProbeRuntime runtime) {
        super(ctx, env);
        this.runtime = runtime;
        runtime.constructed.add(ctx.id().name().orElse(ctx.id().toString()));
        Consumer<Probe> constructor = runtime.constructor;
        constructor.accept(this);
    }

    DurableObjectState ctx() {
        return ctx;
    }

    /// Returns another object.
    ProbeApi other(String name) {
        return env.namespace(PROBE).getByName(name).rpc();
    }

    /// Returns what the test has seen so far, for all objects.
    List<String> log() {
        return runtime.log;
    }

    void createTable() {
        ctx.storage().sql().exec("CREATE TABLE IF NOT EXISTS t (v)");
    }

    void insert(Object value) {
        ctx.storage().sql().exec("INSERT INTO t VALUES (?)", value);
    }

    List<Object> values() {
        return ctx.storage().sql().exec("SELECT v FROM t ORDER BY rowid").map(row -> row.get("v"));
    }

    @Override
    public Object run(String script, String argument) throws Exception {
        Script known = runtime.scripts.get(script);
        if (known == null) {
            throw new IllegalArgumentException("no script " + script);
        }
        return known.run(this, argument);
    }

    @Override
    public Response fetch(Request request) throws Exception {
        return (Response) run(request.path().substring(1), "");
    }

    @Override
    public void alarm(AlarmInvocationInfo info) throws Exception {
        runtime.alarm.run(this, info);
    }

    @Override
    public void scheduled(Schedule schedule) throws Exception {
        runtime.scheduled.run(this, schedule);
    }

    @Override
    public void preShutdown(ShutdownReason reason) throws Exception {
        runtime.shutdowns.add(reason);
        if (runtime.scripts.containsKey("preShutdown")) {
            run("preShutdown", reason.name());
        }
    }

    @Override
    public void webSocketMessage(WebSocket socket, WebSocketMessage message) throws Exception {
        runtime.listener.onMessage(this, socket, message);
    }

    @Override
    public void webSocketClose(WebSocket socket, int code, String reason, boolean wasClean)
            throws Exception {
        String what = "%d '%s' %s".formatted(code, reason, wasClean ? "clean" : "unclean");
        runtime.listener.onEnd(this, socket, what);
    }

    @Override
    public void webSocketError(WebSocket socket, Throwable error) throws Exception {
        runtime.listener.onEnd(this, socket, "error: " + error.getMessage());
    }

    /// What a test lets objects do with their sockets.
    interface Listener {

        void onMessage(Probe self, WebSocket socket, WebSocketMessage message) throws Exception;

        default void onEnd(Probe self, WebSocket socket, String what) throws Exception {}
    }

    /// A list for tests that many threads add to.
    static <T> List<T> seen() {
        return new CopyOnWriteArrayList<>();
    }
}
