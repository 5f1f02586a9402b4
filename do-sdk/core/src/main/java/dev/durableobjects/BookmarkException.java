package dev.durableobjects;

/// A moment of an object's past cannot be reached. Nothing was changed. Immutable.
public final class BookmarkException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /// What is wrong with the moment.
    public enum Reason {
        /// The text is no bookmark, or was changed.
        MALFORMED,
        /// The bookmark is one of another object.
        OTHER_OBJECT,
        /// That moment is no longer kept, or history had not begun by then.
        TOO_OLD,
        /// It has not come yet.
        FUTURE,
        /// The namespace keeps no history.
        OFF
    }

    private final Reason reason;

    /// Makes an exception.
    public BookmarkException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /// Returns what is wrong with the moment.
    public Reason reason() {
        return reason;
    }
}
