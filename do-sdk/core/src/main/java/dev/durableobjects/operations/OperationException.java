package dev.durableobjects.operations;

/// What an operator has asked for cannot be done. Nothing was changed. Immutable.
public final class OperationException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /// What is wrong.
    public enum Reason {
        /// The directory is missing, or holds no data of this program.
        NO_DATA_DIRECTORY,
        /// The data directory knows no namespace of this name; the message lists those it knows.
        UNKNOWN_NAMESPACE,
        /// There is no such object.
        UNKNOWN_OBJECT,
        /// The id was not made by the namespace.
        OTHER_NAMESPACE,
        /// The text is no cursor.
        MALFORMED_CURSOR,
        /// The cursor belongs to a listing of another namespace or prefix.
        OTHER_LISTING,
        /// There is a file where one should be made, or no directory to make it in.
        TARGET,
        /// The file that should be read is missing, or is no SQLite database.
        NO_DATABASE,
        /// The SQLite database that should be read is damaged, or an object cannot use it.
        DAMAGED,
        /// Beside the file lies a log with changes that are not in it.
        PENDING_LOG,
        /// The file is larger than an object may be.
        TOO_LARGE
    }

    private final Reason reason;

    /// Makes an exception.
    public OperationException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /// Makes an exception with a cause.
    public OperationException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /// Returns what is wrong.
    public Reason reason() {
        return reason;
    }
}
