package dev.durableobjects.internal.edge;

import dev.durableobjects.Env;
import dev.durableobjects.Worker;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import io.helidon.common.Builder;
import io.helidon.webserver.Routing;
import java.util.random.RandomGenerator;

/// One Worker on one server: what HTTP requests and upgrades have in common.
///
/// It is also the routing by which an upgrade finds its server's Worker. Immutable, and safe for
/// use by many threads.
public final class WorkerRouting implements Routing, Builder<WorkerRouting, WorkerRouting> {

    private final Worker worker;
    private final Env env;
    private final OriginPolicy origins;
    private final Failures failures;
    private final int bodyBytesMax;

    /// Makes the routing of a Worker.
    ///
    /// @param random where the ids of failures come from
    public WorkerRouting(
            Worker worker,
            Env env,
            OriginPolicy origins,
            RandomGenerator random,
            int bodyBytesMax) {
        this.worker = worker;
        this.env = env;
        this.origins = origins;
        this.failures = new Failures(random);
        this.bodyBytesMax = bodyBytesMax;
    }

    /// Returns itself: servers want routings to be built.
    @Override
    public WorkerRouting build() {
        return this;
    }

    OriginPolicy origins() {
        return origins;
    }

    int bodyBytesMax() {
        return bodyBytesMax;
    }

    /// Asks the Worker, and turns what it throws into a response.
    Response fetch(Request request) {
        try {
            return worker.fetch(request, env);
        } catch (Exception | StackOverflowError failure) {
            return failures.response(request, failure);
        }
    }
}
