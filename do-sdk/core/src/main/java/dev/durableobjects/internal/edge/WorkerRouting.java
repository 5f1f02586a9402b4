package dev.durableobjects.internal.edge;

import dev.durableobjects.Env;
import dev.durableobjects.Limits;
import dev.durableobjects.Worker;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import io.helidon.common.Builder;
import io.helidon.webserver.Routing;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// One Worker on one server: what HTTP requests and upgrades have in common.
///
/// It is also the routing by which an upgrade finds its server's Worker. Safe for use by many
/// threads.
public final class WorkerRouting implements Routing, Builder<WorkerRouting, WorkerRouting> {

    private final Worker worker;
    private final Env env;
    private final OriginPolicy origins;
    private final Traffic traffic;
    private final Connections connections;
    private final FailureResponses failures;
    private final Limits limits;

    /// Makes the routing of a Worker.
    ///
    /// @param traffic counts the requests under way
    /// @param connections counts and bounds WebSockets
    /// @param random where the ids of failures come from
    public WorkerRouting(
            Worker worker,
            Env env,
            OriginPolicy origins,
            Traffic traffic,
            Connections connections,
            RandomGenerator random,
            Limits limits) {
        this.worker = worker;
        this.env = env;
        this.origins = origins;
        this.traffic = traffic;
        this.connections = connections;
        this.failures = new FailureResponses(random);
        this.limits = limits;
    }

    /// Returns itself: servers want routings to be built.
    @Override
    public WorkerRouting build() {
        return this;
    }

    OriginPolicy origins() {
        return origins;
    }

    Connections connections() {
        return connections;
    }

    Limits limits() {
        return limits;
    }

    /// Makes and sends a response as one request under way. Whatever the making throws is turned
    /// into a response.
    ///
    /// @param what the request, for the log
    /// @param sending returns when the response has left
    /// @return what the sending returns
    <R> R serve(Object what, Answer making, Function<Response, R> sending) {
        boolean isTaken = traffic.enter();
        try {
            return sending.apply(isTaken ? made(what, making) : FailureResponses.unavailable());
        } finally {
            traffic.leave();
        }
    }

    private Response made(Object what, Answer making) {
        try {
            return making.make();
        } catch (Throwable failure) {
            return failures.response(what, failure);
        }
    }

    /// Asks the Worker.
    Response fetch(Request request) throws Exception {
        Response response = worker.fetch(request, env);
        if (response == null) {
            throw new IllegalStateException("the Worker returned null instead of a response");
        }
        return response;
    }

    /// Makes a response.
    interface Answer {

        Response make() throws Exception;
    }
}
