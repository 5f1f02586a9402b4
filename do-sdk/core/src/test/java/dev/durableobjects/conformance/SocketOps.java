package dev.durableobjects.conformance;

import dev.durableobjects.DurableObjectState;
import dev.durableobjects.websocket.WebSocketPair;
import dev.durableobjects.websocket.WebSocketRequestResponsePair;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What an object does with its sockets. Nobody is at their other ends.
final class SocketOps {

    private SocketOps() {}

    static void addTo(Map<String, Op> ops) {
        ops.put("ws.accept", (Op.Inside) (world, ctx, step) -> accept(ctx, step));
        ops.put(
                "ws.setAutoResponse",
                (Op.Inside)
                        (world, ctx, step) -> {
                            ctx.setWebSocketAutoResponse(
                                    new WebSocketRequestResponsePair(
                                            step.text("request"), step.text("response")));
                            return null;
                        });
        ops.put(
                "ws.setEventTimeout",
                (Op.Inside)
                        (world, ctx, step) -> {
                            ctx.setHibernatableWebSocketEventTimeout(
                                    Duration.ofMillis(step.number("ms", 0)));
                            return null;
                        });
    }

    /// Returns the tags of the socket.
    private static Object accept(DurableObjectState ctx, Step step) {
        List<String> tags = step.values("tags").stream().map(String.class::cast).toList();
        WebSocketPair pair = WebSocketPair.create();
        ctx.acceptWebSocket(pair.server(), tags);
        return ctx.tags(pair.server());
    }
}
