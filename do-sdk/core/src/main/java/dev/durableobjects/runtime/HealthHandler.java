package dev.durableobjects.runtime;

import dev.durableobjects.json.Json;
import dev.durableobjects.runtime.Health.Problem;
import dev.durableobjects.runtime.Health.Reason;
import dev.durableobjects.runtime.Health.Status;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.function.Supplier;

/// Answers how a runtime is doing: 200 if it does its work, 503 if not. Whoever reaches the server
/// may ask, so the answer names reasons, not files. Safe for use by many threads.
///
/// @param health looks
record HealthHandler(Supplier<Health> health) implements Handler {

    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    /// The answer.
    record Answer(Status status, List<Reason> problems) {}

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        Health found = health.get();
        List<Reason> reasons = found.problems().stream().map(Problem::reason).toList();
        response.status(found.status() == Status.FAILED ? UNAVAILABLE : OK);
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.send(Json.bytes(new Answer(found.status(), reasons)));
    }
}
