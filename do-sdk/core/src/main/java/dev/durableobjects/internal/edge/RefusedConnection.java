package dev.durableobjects.internal.edge;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.spi.ServerConnection;
import java.time.Duration;

/// What is left of a connection whose upgrade was refused: nothing to do, so the server closes it.
enum RefusedConnection implements ServerConnection {
    INSTANCE;

    @Override
    public void handle(Limit limit) {}

    @Override
    public Duration idleTime() {
        return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {}
}
