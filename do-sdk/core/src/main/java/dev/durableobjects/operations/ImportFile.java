package dev.durableobjects.operations;

import dev.durableobjects.internal.storage.PlainDatabase;
import dev.durableobjects.operations.OperationException.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/// A SQLite file that an object is to become. Used by one thread.
final class ImportFile {

    private final Path source;

    /// Looks at the file.
    ///
    /// @param bytesMax how large it may be
    /// @throws OperationException if it is no database, or not to be had as a whole
    ImportFile(Path source, long bytesMax) throws IOException {
        this.source = source.toAbsolutePath().normalize();
        if (!isFile()) {
            throw wrong(Reason.NO_DATABASE, "it is a directory, and no file");
        }
        PlainDatabase database = new PlainDatabase(this.source);
        if (!database.isDatabase()) {
            throw wrong(Reason.NO_DATABASE, "it is not a SQLite database");
        }
        if (database.hasLog()) {
            throw wrong(
                    Reason.PENDING_LOG,
                    "a log with changes lies beside it, named as it is and -wal or -journal; close"
                            + " the program that uses it, or copy it by VACUUM INTO first");
        }
        long bytes = Files.size(this.source);
        if (bytes > bytesMax) {
            throw wrong(
                    Reason.TOO_LARGE,
                    "it has %d bytes, at most %d may be; raise importMib"
                            .formatted(bytes, bytesMax));
        }
    }

    private boolean isFile() throws IOException {
        try {
            return Files.readAttributes(source, BasicFileAttributes.class).isRegularFile();
        } catch (NoSuchFileException e) {
            throw wrong(Reason.NO_DATABASE, "there is no such file");
        }
    }

    /// Writes what the object becomes. The copy is what is checked.
    ///
    /// @param target a file that does not exist
    /// @throws OperationException if an object cannot use it
    void write(Path target) throws IOException {
        try (OutputStream copy = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            Files.copy(source, copy); // Not its permissions: it may be read-only.
        }
        PlainDatabase database = new PlainDatabase(target);
        database.toPlain();
        Optional<String> damage = database.damage();
        if (damage.isPresent()) {
            throw wrong(Reason.DAMAGED, "it is damaged: " + damage.get());
        }
        Optional<String> obstacle = database.obstacle();
        if (obstacle.isPresent()) {
            throw wrong(Reason.DAMAGED, "an object cannot use it: " + obstacle.get());
        }
        database.toLogged();
    }

    private OperationException wrong(Reason reason, String why) {
        return new OperationException(reason, "cannot import %s: %s".formatted(source, why));
    }
}
