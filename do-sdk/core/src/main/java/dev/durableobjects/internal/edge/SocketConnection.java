package dev.durableobjects.internal.edge;

import dev.durableobjects.internal.socket.HeldSocket;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.spi.ServerConnection;
import java.time.Duration;

/// An upgraded connection: its thread reads for the object's socket until the end. Used by that
/// thread; any may close it.
final class SocketConnection implements ServerConnection {

    private final HeldSocket socket;
    private final HelidonTransport transport;
    private final Runnable onEnd;

    /// @param onEnd run when the connection has ended
    SocketConnection(HeldSocket socket, HelidonTransport transport, Runnable onEnd) {
        this.socket = socket;
        this.transport = transport;
        this.onEnd = onEnd;
    }

    @Override
    public void handle(Limit limit) {
        try {
            socket.serve(transport);
        } finally {
            onEnd.run();
        }
    }

    /// Never idle in the server's eyes: it would end quiet sockets. Ours are kept alive by pings.
    @Override
    public Duration idleTime() {
        return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {
        transport.close();
    }
}
