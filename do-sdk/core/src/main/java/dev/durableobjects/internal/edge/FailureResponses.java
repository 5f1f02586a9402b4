package dev.durableobjects.internal.edge;

import dev.durableobjects.AdmissionException;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.http.Response;
import java.time.Duration;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// Turns what a Worker throws into a response that tells nothing but an id; the log has the rest.
///
/// Overload and shutdown are 503, an object that may not be made is 404 or 429, each with a hint
/// when to come back; everything else is 500. Safe for use by many threads.
final class FailureResponses {

    private static final System.Logger LOGGER = System.getLogger(FailureResponses.class.getName());
    private static final Duration SOON = Duration.ofSeconds(1);

    private final RandomGenerator random;

    FailureResponses(RandomGenerator random) {
        this.random = random;
    }

    /// Returns the response of a server that cannot take a request now.
    static Response unavailable() {
        return later(503, "Service unavailable. Please try again later.", SOON);
    }

    /// @param what the request, for the log
    Response response(Object what, Throwable failure) {
        return switch (failure) {
            case BadRequestException bad -> bad.response();
            case AdmissionException refused -> {
                LOGGER.log(
                        System.Logger.Level.DEBUG,
                        () -> "refused %s: %s".formatted(what, refused.getMessage()));
                yield refused(refused);
            }
            case DurableObjectException object when isUnavailable(object) -> {
                LOGGER.log(
                        System.Logger.Level.DEBUG,
                        () -> "503 for %s: %s".formatted(what, object.getMessage()));
                yield unavailable();
            }
            default -> {
                String id = HexFormat.of().toHexDigits(random.nextLong());
                LOGGER.log(
                        System.Logger.Level.ERROR, "failure %s: %s".formatted(id, what), failure);
                yield Response.text(500, "Internal error. Id: " + id);
            }
        };
    }

    private static Response refused(AdmissionException refused) {
        return switch (refused.reason()) {
            case NAME -> Response.text(404, "Not found.");
            case OBJECTS_MAX, CREATIONS_PER_MINUTE ->
                    later(
                            429,
                            "Too many new objects. Please try again later.",
                            refused.retryAfter().orElse(Duration.ofMinutes(1)));
        };
    }

    private static boolean isUnavailable(DurableObjectException failure) {
        return switch (failure.kind()) {
            case OVERLOADED, TIMED_OUT, CLOSED -> true;
            case THROWN, RESET, ABORTED, UNREADABLE, CANCELLED -> false;
        };
    }

    /// Returns a response that asks to come back.
    static Response later(int status, String text, Duration delay) {
        long seconds = Math.max(1, delay.plusMillis(999).toSeconds());
        return Response.text(status, text).withHeader("retry-after", String.valueOf(seconds));
    }
}
