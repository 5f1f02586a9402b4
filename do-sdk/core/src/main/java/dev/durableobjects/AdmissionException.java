package dev.durableobjects;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A namespace refuses an object: its name, or that one more is made. Nothing was made.
///
/// At the edge, a name that is not admitted is 404, the others are 429. Immutable.
public final class AdmissionException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /// What the namespace objects to.
    public enum Reason {
        /// The name does not match the namespace's grammar.
        NAME,
        /// There are as many objects as there may be.
        OBJECTS_MAX,
        /// As many objects were made within a minute as may be.
        CREATIONS_PER_MINUTE
    }

    private final Reason reason;
    private final transient @Nullable Duration retryAfter;

    /// Makes an exception.
    ///
    /// @param retryAfter when to try again, if that makes sense
    public AdmissionException(Reason reason, String message, @Nullable Duration retryAfter) {
        super(message);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    /// Returns what the namespace objects to.
    public Reason reason() {
        return reason;
    }

    /// Returns when to try again, if that makes sense.
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
