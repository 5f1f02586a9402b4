package dev.durableobjects;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What can happen to a correct program that calls an object: the object was reset, its commit
/// failed, it is overloaded, the runtime shuts down.
///
/// The accessors are those of Cloudflare's errors. Immutable.
public final class DurableObjectException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// Why a call failed, and with it what the caller may do.
    public enum Kind {
        /// The instance was reset: what it held in memory is gone, its durable state is intact. The
        /// call may or may not have taken effect.
        RESET,
        /// A queue or a bound is full. Nothing was started. Trying again at once makes it worse.
        OVERLOADED,
        /// The runtime is closing or closed. Nothing was started.
        CLOSED,
        /// The caller was interrupted before its call began. Nothing was started.
        CANCELLED
    }

    private final Kind kind;
    private final transient @Nullable DurableObjectId id;

    /// Makes an exception about an object.
    public DurableObjectException(
            Kind kind, DurableObjectId id, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.id = id;
    }

    /// Makes an exception that is about the runtime rather than about one object.
    public DurableObjectException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.id = null;
    }

    /// Returns why the call failed.
    public Kind kind() {
        return kind;
    }

    /// Returns whether the failure came from the object's side rather than the caller's.
    public boolean remote() {
        return kind != Kind.CANCELLED;
    }

    /// Returns whether the same call may succeed later. It may have been executed already when
    /// [#durableObjectReset] is true, so repeat only what is idempotent.
    public boolean retryable() {
        return kind == Kind.RESET || kind == Kind.OVERLOADED;
    }

    /// Returns whether the object or the node is overloaded; wait before trying again.
    public boolean overloaded() {
        return kind == Kind.OVERLOADED;
    }

    /// Returns whether the object was reset and lost what it held in memory.
    public boolean durableObjectReset() {
        return kind == Kind.RESET;
    }

    /// Returns the id of the object that failed, if the failure is about one object.
    public Optional<DurableObjectId> durableObjectId() {
        return Optional.ofNullable(id);
    }
}
