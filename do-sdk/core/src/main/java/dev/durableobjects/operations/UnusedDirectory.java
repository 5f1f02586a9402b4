package dev.durableobjects.operations;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.HistoryRules;
import dev.durableobjects.internal.journal.Journal;
import dev.durableobjects.internal.storage.DataDirectory;
import dev.durableobjects.internal.storage.NodeIndex;
import dev.durableobjects.internal.storage.Opening;
import dev.durableobjects.internal.value.FileErrors;
import dev.durableobjects.operations.OperationException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;

/// Opens a data directory that nobody uses. Nothing in it is freed, sorted or forgotten meanwhile.
/// Stateless.
final class UnusedDirectory {

    private UnusedDirectory() {}

    static Operations open(Path path) {
        requireNonNull(path, "directory must be a path, was null");
        if (Files.notExists(path.resolve("format"))) {
            throw new OperationException(
                    Reason.NO_DATA_DIRECTORY,
                    "%s is no data directory: it has no file 'format'"
                            .formatted(path.toAbsolutePath().normalize()));
        }
        DataDirectory directory = DataDirectory.open(path);
        NodeIndex index =
                Opening.orClose(
                        () -> NodeIndex.openKnown(directory, Disk.system()), directory::close);
        Limits limits = Limits.standard();
        Journal journal =
                Opening.orClose(
                        () -> journal(directory.path(), limits, index),
                        index::close,
                        directory::close);
        AtomicBoolean closed = new AtomicBoolean();
        return new NodeOperations(
                limits,
                directory,
                index,
                journal.history(),
                new Changes(journal, null),
                (target, progress) ->
                        Backups.make(
                                journal,
                                directory.path(),
                                target,
                                Disk.system(),
                                InstantSource.system(),
                                limits,
                                progress),
                () -> {
                    if (closed.compareAndSet(false, true)) {
                        close(directory, index, journal);
                    }
                });
    }

    private static Journal journal(Path root, Limits limits, NodeIndex index) {
        try {
            return new Journal(
                    root,
                    Disk.system(),
                    Waiting.system(),
                    InstantSource.system(),
                    limits.get(Limit.COMMIT_SECONDS),
                    Long.MAX_VALUE,
                    HistoryRules.asFound(root),
                    index.objects());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot use the journal of %s: %s".formatted(root, FileErrors.message(e)), e);
        }
    }

    private static void close(DataDirectory directory, NodeIndex index, Journal journal) {
        try (index) {
            journal.close();
            index.objects().close();
        } finally {
            directory.closeBehind(journal);
        }
    }
}
