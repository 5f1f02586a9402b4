package dev.durableobjects.spec;

import dev.durableobjects.Limit;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.MountConfig;
import dev.durableobjects.runtime.NamespaceConfig;
import dev.durableobjects.runtime.TestRuntime;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// A server with rooms on a free port: `/ws?room=NAME`.
final class RoomServer implements AutoCloseable {

    private final DurableObjects objects;
    private final WebServer server;

    private RoomServer(DurableObjects objects, WebServer server) {
        this.objects = objects;
        this.server = server;
    }

    static RoomServer start(Path directory) {
        return start(directory, builder -> {}, mount -> {});
    }

    static RoomServer start(
            Path directory,
            Consumer<DurableObjectsBuilder> settings,
            Consumer<MountConfig> mountSettings) {
        return start(directory, 0, settings, mountSettings, room -> {});
    }

    /// @param port where to listen, 0 for any free port
    static RoomServer start(
            Path directory,
            int port,
            Consumer<DurableObjectsBuilder> settings,
            Consumer<MountConfig> mountSettings,
            Consumer<NamespaceConfig.Builder> roomSettings) {
        DurableObjectsBuilder builder =
                DurableObjects.builder()
                        .directory(directory)
                        .limit(Limit.SOCKET_CLOSE_SECONDS, 2)
                        .namespace(Room.ROOM, Room::new, roomSettings);
        settings.accept(builder);
        DurableObjects objects = builder.build();
        WebServerConfig.Builder server = WebServer.builder().port(port).host("127.0.0.1");
        objects.mount(
                server,
                (request, env) ->
                        env.namespace(Room.ROOM)
                                .getByName(request.query("room").orElse("lobby"))
                                .fetch(request),
                mountSettings);
        return new RoomServer(objects, server.build().start());
    }

    int port() {
        return server.port();
    }

    DurableObjects objects() {
        return objects;
    }

    RoomApi room(String name) {
        return objects.env().namespace(Room.ROOM).getByName(name).rpc();
    }

    /// Waits until the room has seen as many events, and returns them.
    List<String> awaitEvents(String name, int count) {
        java.util.ArrayList<String> seen = new java.util.ArrayList<>();
        while (seen.size() < count) {
            seen.addAll(room(name).events());
            Thread.onSpinWait();
        }
        return seen;
    }

    /// Waits until the runtime watches over no connection any more.
    void awaitNoConnections() {
        while (TestRuntime.connections(objects) > 0) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        objects.close();
        server.stop();
    }
}
