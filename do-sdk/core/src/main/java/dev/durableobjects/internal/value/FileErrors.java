package dev.durableobjects.internal.value;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// Puts what the system says of files into words for people. Stateless.
///
/// The messages of some of the JDK's exceptions are nothing but a path.
public final class FileErrors {

    private FileErrors() {}

    /// Returns whether the system does not let a file be read that is there: nobody knows what it
    /// holds.
    public static boolean isRefusal(IOException failure) {
        return failure instanceof FileSystemException && !(failure instanceof NoSuchFileException);
    }

    /// Returns a message of one line, which names the file if that is known.
    public static String message(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Throwable cause = failure.getCause();
        if (cause instanceof IOException && message.equals(cause.toString())) {
            return message(cause); // It has no words of its own.
        }
        return switch (failure) {
            case NoSuchFileException _ -> "there is no file " + message;
            case FileAlreadyExistsException _ -> "there is a file already: " + message;
            case AccessDeniedException _ -> "the system denies access to " + message;
            case NotDirectoryException _ -> message + " is no directory";
            case FileSystemException named when named.getReason() == null ->
                    "%s cannot be used: %s".formatted(message, named.getClass().getSimpleName());
            case IOException _, UncheckedIOException _ -> message;
            default -> failure.getMessage() == null ? failure.toString() : message;
        };
    }
}
