package dev.durableobjects.internal.control;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.internal.value.FileErrors;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.sql.SqlStorageException;
import java.io.IOException;
import java.io.UncheckedIOException;

/// What a person is told of a failure. Stateless.
public final class Trouble {

    private Trouble() {}

    /// Returns whether a failure can happen to a correct program. All others are told to its
    /// maintainers, with their stack.
    public static boolean isExpected(Throwable failure) {
        return failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException
                || failure instanceof IOException
                || failure instanceof UncheckedIOException
                || failure instanceof SqlStorageException
                || failure instanceof CommitFailedException
                || failure instanceof DurableObjectException;
    }

    /// Returns a message of one line.
    public static String message(Throwable failure) {
        return isExpected(failure) ? FileErrors.message(failure) : "unexpected failure: " + failure;
    }
}
