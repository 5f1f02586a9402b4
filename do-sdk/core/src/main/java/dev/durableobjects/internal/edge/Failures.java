package dev.durableobjects.internal.edge;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// Turns what a Worker throws into a response that tells nothing but an id; the log has the rest.
///
/// Overload and shutdown are 503, with a hint when to come back; everything else is 500. Safe for
/// use by many threads.
final class Failures {

    private static final System.Logger LOGGER = System.getLogger(Failures.class.getName());
    private static final String RETRY_SECONDS = "1";

    private final RandomGenerator random;

    Failures(RandomGenerator random) {
        this.random = random;
    }

    Response response(Request request, Throwable failure) {
        if (failure instanceof DurableObjectException object && isUnavailable(object)) {
            LOGGER.log(
                    System.Logger.Level.DEBUG,
                    () -> "503 for %s: %s".formatted(request, object.getMessage()));
            return Response.text(503, "Service unavailable. Please try again later.")
                    .withHeader("retry-after", RETRY_SECONDS);
        }
        String id = HexFormat.of().toHexDigits(random.nextLong());
        LOGGER.log(System.Logger.Level.ERROR, "failure %s: %s".formatted(id, request), failure);
        return Response.text(500, "Internal error. Id: " + id);
    }

    private static boolean isUnavailable(DurableObjectException failure) {
        return switch (failure.kind()) {
            case OVERLOADED, CLOSED -> true;
            case RESET, CANCELLED -> false;
        };
    }
}
