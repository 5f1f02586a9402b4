package dev.durableobjects.operations;

import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.storage.PlainDatabase;
import dev.durableobjects.internal.value.FileErrors;
import dev.durableobjects.operations.OperationException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;

/// The file that an object is written to: under another name until it is whole. Used by one thread.
final class ExportFile {

    private final Path target;
    private final Path scratch;

    /// @param directory the data directory, in which it must not be
    /// @throws OperationException if the file cannot be made
    ExportFile(Path target, Path directory) {
        this.target = target.toAbsolutePath().normalize();
        this.scratch = this.target.resolveSibling(target.getFileName() + ".new");
        Path parent = this.target.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw wrong("its directory does not exist");
        }
        if (isIn(parent, directory)) {
            throw wrong("it is in the data directory, where no other file may be");
        }
        for (Path file : new Path[] {this.target, scratch}) {
            if (Files.exists(file)) {
                throw wrong(file + " is there already: delete it, or choose another name");
            }
        }
    }

    private static boolean isIn(Path parent, Path directory) {
        try {
            return parent.toRealPath().startsWith(directory.toRealPath());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write to %s: %s".formatted(parent, FileErrors.message(e)), e);
        }
    }

    private OperationException wrong(String why) {
        return new OperationException(
                Reason.TARGET, "cannot write to %s: %s".formatted(target, why));
    }

    /// Writes the file; durable when it returns.
    ///
    /// @param source writes an object's database into a file that does not exist
    /// @return false if there is no database; then there is no file
    /// @throws OperationException if it is damaged
    boolean write(StoredObject object, Consumer<Path> source) {
        try {
            try {
                source.accept(scratch);
                if (Files.notExists(scratch) || Files.size(scratch) == 0) {
                    return false;
                }
                finish(object);
                return true;
            } finally {
                Files.deleteIfExists(scratch);
            }
        } catch (FileAlreadyExistsException e) {
            throw wrong("it is there already");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write to %s: %s".formatted(target, FileErrors.message(e)), e);
        }
    }

    private void finish(StoredObject object) throws IOException {
        PlainDatabase database = new PlainDatabase(scratch);
        database.toPlain();
        Optional<String> damage = database.damage();
        if (damage.isPresent()) {
            throw new OperationException(
                    Reason.DAMAGED,
                    "%s is damaged: %s; what it was before may be whole"
                            .formatted(object, damage.get()));
        }
        try (FileChannel channel = FileChannel.open(scratch, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(scratch, target); // In place of nothing.
        Disk.system().forceNames(target.getParent());
    }
}
