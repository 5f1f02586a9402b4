package dev.durableobjects.internal.control;

import dev.durableobjects.DurableObjectException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

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
                || failure instanceof DurableObjectException;
    }

    /// Returns a message of one line.
    public static String message(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Throwable cause = failure.getCause();
        if (cause instanceof IOException && message.equals(cause.toString())) {
            return message(cause); // It has no words of its own.
        }
        return switch (failure) {
            case NoSuchFileException missing -> "there is no file " + message;
            case FileAlreadyExistsException there -> "there is a file already: " + message;
            case AccessDeniedException denied -> "the system denies access to " + message;
            default -> isExpected(failure) ? message : "unexpected failure: " + failure;
        };
    }
}
