package dev.durableobjects.benchmarks;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketPair;
import io.helidon.logging.common.LogConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// What idle sockets cost whose objects are not in memory, and how soon one is answered.
///
/// A client in another process opens `sockets=10000` at `rooms=1000` objects. When all objects have
/// left memory, the heap is measured after a full garbage collection, and compared with that of
/// before. Then one socket of each room says something, one after the other, and the client waits
/// for the answer, for which the object wakes and reads a row. Goals: no live object, 20 KB of heap
/// for each socket, and an answer within 5 ms at the median.
///
/// Pings are off: the client does not answer any. Each process has a file handle for each socket.
final class HibernatedSockets {

    private static final Binding<RoomApi> ROOM = Binding.of("ROOM", RoomApi.class);

    private static final int NEVER_SECONDS = 1_000_000;
    private static final int IDLE_SECONDS = 2;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final double BYTES_PER_KB = 1_000;

    private HibernatedSockets() {}

    /// Runs the program.
    public static void main(String[] arguments) throws IOException {
        LogConfig.configureRuntime();
        Args args = Args.of(arguments, Map.of("sockets", List.of(10_000), "rooms", List.of(1_000)));
        Report.machine();
        try (Scratch scratch = new Scratch();
                DurableObjects objects =
                        DurableObjects.builder()
                                .directory(scratch.path())
                                .limit(Limit.IDLE_SECONDS, IDLE_SECONDS)
                                .limit(Limit.SOCKET_PING_SECONDS, NEVER_SECONDS)
                                .namespace(ROOM, Room::new)
                                .build()) {
            WebServerConfig.Builder config = WebServer.builder().port(0).host("127.0.0.1");
            objects.mount(
                    config,
                    (request, env) ->
                            env.namespace(ROOM)
                                    .getByName(request.query("room").orElseThrow())
                                    .fetch(request));
            WebServer server = config.build().start();
            try {
                // A run with few sockets loads the classes, and what stays once for all.
                measure(objects, server.port(), args.number("rooms"), args.number("rooms"));
                measure(objects, server.port(), args.number("sockets"), args.number("rooms"));
            } finally {
                server.stop();
            }
        }
    }

    private static void measure(DurableObjects objects, int port, int sockets, int rooms)
            throws IOException {
        long before = heapAsleep(objects);
        Process client = SocketClient.start(port, sockets, rooms);
        try (BufferedReader said = client.inputReader();
                OutputStream told = client.getOutputStream()) {
            said.readLine(); // All are connected.
            long idle = heapAsleep(objects);
            Report.line(
                    "%,6d sockets of %,d rooms, %d live objects: heap %.1f MB, %.1f KB for each"
                            .formatted(
                                    sockets,
                                    rooms,
                                    objects.liveObjects(),
                                    idle / BYTES_PER_KB / BYTES_PER_KB,
                                    (idle - before) / BYTES_PER_KB / sockets));
            told.write("go\n".getBytes(StandardCharsets.UTF_8));
            told.flush();
            said.lines().forEach(Report::line);
        }
    }

    /// Returns the bytes of the heap that are used when no object is in memory.
    private static long heapAsleep(DurableObjects objects) {
        while (objects.liveObjects() > 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return ResidentMemory.heapBytes();
    }

    /// What the rooms are called through.
    private interface RoomApi {}

    /// An object that stores a row, and reads it for each message.
    private static final class Room extends DurableObject implements RoomApi {

        Room(DurableObjectState ctx, Env env) {
            super(ctx, env);
            ctx.storage().sql().exec("CREATE TABLE IF NOT EXISTS room (topic TEXT)");
            ctx.storage()
                    .sql()
                    .exec("INSERT INTO room SELECT ? WHERE NOT EXISTS (SELECT 1 FROM room)", "tea");
        }

        @Override
        public Response fetch(Request request) {
            WebSocketPair pair = WebSocketPair.create();
            ctx.acceptWebSocket(pair.server(), List.of("viewer"));
            pair.server().attach(Map.of("name", "Ann"));
            return Response.webSocket(pair.client());
        }

        @Override
        public void webSocketMessage(WebSocket socket, WebSocketMessage message) {
            String topic =
                    ctx.storage().sql().exec("SELECT topic FROM room").one().getString("topic");
            socket.send(Objects.requireNonNull(topic));
        }
    }
}
