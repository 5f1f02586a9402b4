package dev.durableobjects;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What can happen to a correct program that calls an object: the object was reset, it is
/// overloaded, the runtime shuts down.
///
/// An exception of the object's own code reaches the caller as it is; [#about] finds what the
/// runtime adds to it. The accessors are those of Cloudflare's errors. Immutable.
public final class DurableObjectException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// Why a call failed, and with it what the caller may do.
    public enum Kind {
        /// The object's own code threw. Only found by [#about].
        THROWN(true, false, false, false),
        /// The instance was reset by a failure around it: what it held in memory is gone, its
        /// durable state is intact. The call may or may not have taken effect.
        RESET(true, true, false, true),
        /// The object's own code reset it: `abort`, or a failed critical section.
        ABORTED(true, false, false, true),
        /// The object took too long in a critical section or a commit, and was reset.
        TIMED_OUT(true, true, true, true),
        /// A queue or a bound is full. What was refused was not started. Trying again at once makes
        /// it worse.
        OVERLOADED(true, true, true, false),
        /// The object's database is missing or damaged. Nothing of the call was kept, the object
        /// was reset if it was in memory, and others are not affected. An operator must put the
        /// database back; the message says what else helps if it is missing.
        UNREADABLE(true, false, false, true),
        /// The runtime is closing or closed.
        CLOSED(true, true, false, false),
        /// The caller was interrupted before its call began. Nothing was started.
        CANCELLED(false, false, false, false);

        private final boolean remote;
        private final boolean retryable;
        private final boolean overloaded;
        private final boolean reset;

        Kind(boolean remote, boolean retryable, boolean overloaded, boolean reset) {
            this.remote = remote;
            this.retryable = retryable;
            this.overloaded = overloaded;
            this.reset = reset;
        }
    }

    private final Kind kind;
    private final transient @Nullable DurableObjectId id;

    /// Makes an exception.
    ///
    /// @param id the object that failed, null if the failure is not about one object
    /// @param cause null if there is none
    public DurableObjectException(
            Kind kind, @Nullable DurableObjectId id, String message, @Nullable Throwable cause) {
        // What THROWN says lies in the exception that carries it, stack included.
        super(message, cause, true, kind != Kind.THROWN);
        this.kind = kind;
        this.id = id;
    }

    /// Returns what the runtime knows about a failed call: the exception itself if the runtime
    /// threw it, otherwise the mark that it added to the application's exception. The kind of a
    /// mark is [Kind#ABORTED] if that exception reset the object, as one that leaves
    /// `blockConcurrencyWhile` does, and [Kind#THROWN] otherwise.
    ///
    /// It is added as a suppressed exception, once. So an exception that is kept and thrown again
    /// by another object still tells of the first, and one that disables suppression tells nothing.
    public static Optional<DurableObjectException> about(Throwable failure) {
        requireNonNull(failure, "failure must be an exception, was null");
        if (failure instanceof DurableObjectException itself) {
            return Optional.of(itself);
        }
        for (Throwable added : failure.getSuppressed()) {
            if (added instanceof DurableObjectException known && known.isMark()) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }

    /// Every other exception that the runtime throws because of an abort has a cause.
    private boolean isMark() {
        return kind == Kind.THROWN || (kind == Kind.ABORTED && getCause() == null);
    }

    /// Returns why the call failed.
    public Kind kind() {
        return kind;
    }

    /// Returns whether the failure came from the object's side rather than the caller's.
    public boolean remote() {
        return kind.remote;
    }

    /// Returns whether the same call may succeed later. It may have been executed already when
    /// [#durableObjectReset] is true, so repeat only what is idempotent.
    public boolean retryable() {
        return kind.retryable;
    }

    /// Returns whether the object or the node is overloaded; wait before trying again.
    public boolean overloaded() {
        return kind.overloaded;
    }

    /// Returns whether the object was reset and lost what it held in memory.
    public boolean durableObjectReset() {
        return kind.reset;
    }

    /// Returns the id of the object that failed, if the failure is about one object.
    public Optional<DurableObjectId> durableObjectId() {
        return Optional.ofNullable(id);
    }
}
