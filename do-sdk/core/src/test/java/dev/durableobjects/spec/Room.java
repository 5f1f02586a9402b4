package dev.durableobjects.spec;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketPair;
import java.util.ArrayList;
import java.util.List;

/// An object that accepts sockets, echoes what they say, and remembers what happened to them.
final class Room extends DurableObject implements RoomApi {

    static final Binding<RoomApi> ROOM = Binding.of("ROOM", RoomApi.class);

    private final List<String> events = new ArrayList<>();
    private WebSocketPair lastPair;

    Room(DurableObjectState ctx, Env env) {
        super(ctx, env);
        ctx.storage().sql().exec("CREATE TABLE IF NOT EXISTS log (text)");
    }

    @Override
    public Response fetch(Request request) {
        if (request.query("refuse").isPresent()) {
            return Response.text(418, "no sockets here").withHeader("x-why", "tea");
        }
        WebSocketPair pair = lastPair;
        if (request.query("again").isPresent() && pair != null) {
            return Response.webSocket(pair.client());
        }
        pair = WebSocketPair.create();
        lastPair = pair;
        if (request.query("forget").isEmpty()) {
            ctx.acceptWebSocket(pair.server());
        }
        if (request.query("greet").isPresent()) {
            pair.server().send("hello");
        }
        if (request.query("dismiss").isPresent()) {
            pair.server().close(4001, "not today");
        }
        Response upgrade = Response.webSocket(pair.client());
        return request.query("protocol")
                .map(protocol -> upgrade.withHeader("sec-websocket-protocol", protocol))
                .orElse(upgrade);
    }

    @Override
    public void webSocketMessage(WebSocket socket, WebSocketMessage message) {
        switch (message) {
            case WebSocketMessage.Text(String text) when text.equals("throw") ->
                    throw new IllegalStateException("a handler that fails");
            case WebSocketMessage.Text(String text) when text.equals("fail") ->
                    throw new StackOverflowError("a handler that fails badly");
            case WebSocketMessage.Text(String text) when text.equals("close me") ->
                    socket.close(4000, "as you wish");
            case WebSocketMessage.Text(String text) -> socket.send("echo " + text);
            case WebSocketMessage.Binary(byte[] bytes) -> socket.send(bytes);
        }
    }

    @Override
    public void webSocketClose(WebSocket socket, int code, String reason, boolean wasClean) {
        events.add("close %d '%s' %s".formatted(code, reason, wasClean ? "clean" : "unclean"));
    }

    @Override
    public void webSocketError(WebSocket socket, Throwable error) {
        events.add("error " + error.getMessage());
    }

    @Override
    public int broadcast(String text) {
        ctx.storage().sql().exec("INSERT INTO log VALUES (?)", text);
        List<WebSocket> sockets = ctx.webSockets();
        sockets.forEach(socket -> socket.send(text));
        return sockets.size();
    }

    @Override
    public void broadcastAndLose(String text) {
        broadcast(text);
        ctx.storage().sql().exec("CREATE TABLE p (id PRIMARY KEY)");
        ctx.storage().sql().exec("CREATE TABLE c (id REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
        ctx.storage().sql().exec("INSERT INTO c VALUES (1)");
    }

    @Override
    public void closeAll(int code, String reason) {
        ctx.webSockets().forEach(socket -> socket.close(code, reason));
    }

    @Override
    public List<String> events() {
        List<String> seen = List.copyOf(events);
        events.clear();
        return seen;
    }

    @Override
    public int sockets() {
        return ctx.webSockets().size();
    }
}
