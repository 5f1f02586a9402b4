package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.internal.engine.Breakage.Blame;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.sql.SqlStorageException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What becomes of exceptions on their way out of an object. Safe for use by many threads.
final class Failures {

    private static final System.Logger LOGGER = System.getLogger(Failures.class.getName());

    private static final int SQLITE_INTERRUPT = 9;
    private static final int SQLITE_CORRUPT = 11;
    private static final int SQLITE_CONSTRAINT = 19;
    private static final int SQLITE_NOTADB = 26;
    private static final int PRIMARY_MASK = 0xff;

    private static final String ROLLED_BACK =
            "Durable Object was reset and rolled back to its last known good state because ";

    private Failures() {}

    /// Adds to an exception of an object's own code where it was thrown; the first object counts.
    ///
    /// @param kind whether it also reset the object
    static void mark(Throwable failure, Kind kind, DurableObjectId id) {
        if (DurableObjectException.about(failure).isEmpty()) {
            failure.addSuppressed(
                    new DurableObjectException(kind, id, "thrown by the object " + id, null));
        }
    }

    /// Returns an exception of the same content for one more caller, with the caller's stack.
    ///
    /// @param suppressed what the caller's event itself threw
    static DurableObjectException again(
            DurableObjectException reason, @Nullable Throwable suppressed) {
        DurableObjectException thrown =
                new DurableObjectException(
                        reason.kind(),
                        reason.durableObjectId().orElse(null),
                        String.valueOf(reason.getMessage()),
                        reason);
        if (suppressed != null) {
            thrown.addSuppressed(suppressed);
        }
        return thrown;
    }

    /// Calls something that may throw, and lets its exception pass although nothing declares it: an
    /// object's exception reaches its caller as it is.
    static <R extends @Nullable Object> R unchecked(Throwing<R> body) {
        try {
            return body.run();
        } catch (Exception failure) {
            throw Failures.<RuntimeException>sneak(failure);
        }
    }

    /// Returns who is to blame for what has broken an object. What its own code threw is its own,
    /// also if it has passed on the failure of another object.
    ///
    /// @param critical the error after which its database was not used any more, null if there was
    ///   none
    static Blame blame(DurableObjectException why, @Nullable Throwable critical) {
        boolean isOfApplication =
                switch (why.kind()) {
                    case ABORTED -> critical == null || isOfStatement(critical);
                    case TIMED_OUT -> !(why.getCause() instanceof CommitFailedException);
                    case RESET -> isCausedBy(why, Failures::isOfStatement);
                    case THROWN, UNREADABLE, OVERLOADED, CLOSED, CANCELLED -> false;
                };
        return isOfApplication ? Blame.APPLICATION : Blame.NODE;
    }

    private static boolean isCausedBy(Throwable failure, Predicate<Throwable> cause) {
        @Nullable Throwable one = failure;
        while (one != null && !cause.test(one)) {
            one = one.getCause();
        }
        return one != null;
    }

    /// Returns whether it is an error that a statement has brought upon itself: it violates a
    /// constraint, or was stopped because it ran for too long.
    private static boolean isOfStatement(Throwable failure) {
        int code = sqliteCode(failure);
        return code == SQLITE_CONSTRAINT || code == SQLITE_INTERRUPT;
    }

    /// Returns what callers are told when a commit failed.
    static String rolledBack(Throwable failure) {
        return ROLLED_BACK + whyNotCommitted(failure) + ": " + failure.getMessage();
    }

    /// Returns the kind of failure that callers get when a commit failed.
    static Kind kindOf(Throwable failure) {
        return switch (sqliteCode(failure)) {
            case SQLITE_CORRUPT, SQLITE_NOTADB -> Kind.UNREADABLE;
            default -> Kind.RESET;
        };
    }

    private static String whyNotCommitted(Throwable failure) {
        return switch (sqliteCode(failure)) {
            case SQLITE_CONSTRAINT ->
                    "the application left the database in a state where constraints were violated";
            case SQLITE_CORRUPT, SQLITE_NOTADB -> "its database is damaged";
            default -> "its commit failed";
        };
    }

    /// @return 0 if it is none of SQLite
    private static int sqliteCode(Throwable failure) {
        return failure instanceof SqlStorageException sql ? sql.code() & PRIMARY_MASK : 0;
    }

    /// Logs what concerns no caller.
    static void warn(String message, @Nullable Throwable failure) {
        LOGGER.log(System.Logger.Level.WARNING, message, failure);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The cast is never checked.
    private static <X extends Exception> X sneak(Exception failure) throws X {
        throw (X) failure;
    }

    /// Something that may throw.
    interface Throwing<R extends @Nullable Object> {

        R run() throws Exception;
    }
}
