package dev.durableobjects.command;

import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.internal.control.ControlClient;
import dev.durableobjects.internal.control.Request;
import dev.durableobjects.internal.control.Results;
import dev.durableobjects.internal.storage.DirectoryInUseException;
import dev.durableobjects.operations.Backup;
import dev.durableobjects.operations.Backups;
import dev.durableobjects.operations.ObjectQuery;
import dev.durableobjects.operations.OperationException;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.operations.Verification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// One use of the command: asks the node that serves the data directory, or opens it. Not safe for
/// several threads.
final class Call {

    private static final String DIRECTORY = "data";
    private static final int PAGE = 100;

    private final Arguments arguments;
    private final Streams streams;
    private final Times times;

    Call(Arguments arguments, Streams streams, Times times) {
        this.arguments = arguments;
        this.streams = streams;
        this.times = times;
    }

    Outcome namespaces() {
        Results.Namespaces found = run(new Request.ListNamespaces());
        return Outcome.of(found, Text.of(found));
    }

    Outcome list() {
        Results.Objects page =
                run(
                        new Request.ListObjects(
                                namespace(),
                                arguments.option("--prefix").orElse(""),
                                arguments.option("--cursor"),
                                arguments.option("--limit").map(Call::limit).orElse(PAGE)));
        return Outcome.of(page, Text.of(page));
    }

    private static int limit(String text) {
        if (!text.matches("\\d{1,4}")
                || Integer.parseInt(text) < 1
                || Integer.parseInt(text) > ObjectQuery.LIMIT_MAX) {
            throw new UsageException(
                    "LIMIT must be 1 to %d, was '%s'".formatted(ObjectQuery.LIMIT_MAX, text));
        }
        return Integer.parseInt(text);
    }

    Outcome export() {
        Optional<Instant> at = arguments.option("--at").map(times::read);
        Results.Exported exported =
                run(new Request.ExportObject(namespace(), object(), at, absolute("FILE")));
        return Outcome.of(exported, Text.of(exported, times));
    }

    Outcome importFile() {
        return changed(
                "imported", run(new Request.ImportObject(namespace(), object(), absolute("FILE"))));
    }

    Outcome rewind() {
        String to = arguments.option("--to").orElseThrow();
        Optional<Bookmark> bookmark = bookmark(to);
        if (bookmark.isPresent()) {
            return changed("rewound", run(new Request.RewindToBookmark(namespace(), object(), to)));
        }
        Instant time = times.read(to);
        return changed(
                "rewound to " + times.shown(time) + ":",
                run(new Request.RewindToTime(namespace(), object(), time)));
    }

    private static Optional<Bookmark> bookmark(String text) {
        try {
            return Optional.of(new Bookmark(text));
        } catch (BookmarkException e) {
            if (text.matches("[0-9a-f]{5,}.*")) {
                throw new UsageException("neither a time nor a bookmark: " + e.getMessage(), e);
            }
            return Optional.empty();
        }
    }

    Outcome delete() {
        if (!arguments.has("--yes") && !agreed()) {
            throw new IllegalStateException("nothing was deleted");
        }
        return changed("deleted", run(new Request.DeleteObject(namespace(), object())));
    }

    private boolean agreed() {
        if (!streams.isTerminal()) {
            throw new UsageException(
                    "delete asks for confirmation, but there is no terminal; add --yes");
        }
        streams.err()
                .print(
                        Text.printable(
                                "delete all that %s of namespace %s in %s holds? [y/N] "
                                        .formatted(
                                                Text.shown(object()), namespace(), directory())));
        streams.err().flush();
        try {
            String answer = streams.in().readLine();
            return answer != null && answer.strip().matches("(?i)y|yes");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Outcome backUp() {
        Results.BackedUp made = run(new Request.BackUp(absolute("TARGET")));
        return Outcome.of(made, Text.of(made, times));
    }

    Outcome restore() {
        Path directory = Path.of(absolute("DIRECTORY"));
        try (ProgressLine progress = progress()) {
            Backup backup = Backups.restore(Path.of(absolute("BACKUP")), directory, progress);
            Results.Restored restored =
                    new Results.Restored(directory.toString(), Results.BackedUp.of(backup));
            return Outcome.of(restored, Text.of(restored, times));
        }
    }

    Outcome verify() {
        try (ProgressLine progress = progress()) {
            Results.Verified found = Results.Verified.of(Verification.run(directory(), progress));
            int exitCode = found.isHealthy() ? Outcome.DONE : Outcome.DAMAGED;
            return new Outcome(found, Text.of(found), exitCode);
        } catch (DirectoryInUseException e) {
            throw new IllegalStateException(
                    e.getMessage() + ". While a node serves, verify a backup of it", e);
        }
    }

    private Outcome changed(String what, Results.Changed changed) {
        String elsewhere =
                arguments
                        .option("--directory")
                        .map(directory -> " --directory " + Text.typed(directory))
                        .orElse("");
        return Outcome.of(changed, Text.of(what, changed, elsewhere));
    }

    /// Asks the node that serves the directory. If nobody does, this process takes its place.
    private <R extends Record> R run(Request<R> request) {
        Path directory = directory();
        try (ProgressLine progress = progress()) {
            Optional<ControlClient> node = ControlClient.connect(directory);
            if (node.isPresent()) {
                try (ControlClient client = node.get()) {
                    return client.run(request, progress, this::tellOfSilence);
                }
            }
            return runHere(request, directory, progress);
        }
    }

    private void tellOfSilence() {
        if (!arguments.has("--json")) {
            streams.err()
                    .println(
                            "durable: the node has said nothing for 10 seconds: it works on this,"
                                    + " or hangs, and its log says why. An interrupt ends only the"
                                    + " waiting");
        }
    }

    private static <R extends Record> R runHere(
            Request<R> request, Path directory, ProgressLine progress) {
        DataOwner.check(directory, System.getProperty("user.name", ""));
        try (Operations operations = Operations.open(directory)) {
            return request.run(operations, progress);
        } catch (OperationException e) {
            throw e.reason() == OperationException.Reason.NO_DATA_DIRECTORY
                    ? new IllegalArgumentException(
                            e.getMessage() + "; --directory says which one is meant", e)
                    : e;
        } catch (DirectoryInUseException e) {
            throw new IllegalStateException(
                    ("%s. Its process has no 'control' socket to ask: it is starting or stopping,"
                                    + " or its log says why. The path may be too long for a socket")
                            .formatted(e.getMessage()),
                    e);
        }
    }

    private ProgressLine progress() {
        boolean json = arguments.has("--json");
        ProgressLine.Form person =
                streams.isTerminal() ? ProgressLine.Form.TERMINAL : ProgressLine.Form.LOG;
        return new ProgressLine(
                streams.err(), json ? ProgressLine.Form.JSON : person, System::nanoTime);
    }

    private Path directory() {
        String directory = arguments.option("--directory").orElse(DIRECTORY);
        return path("--directory", directory).toAbsolutePath();
    }

    private String namespace() {
        return arguments.operand("NAMESPACE");
    }

    private String object() {
        return arguments.operand("OBJECT");
    }

    /// The node has a working directory of its own.
    private String absolute(String operand) {
        Path path = path(operand, arguments.operand(operand));
        return path.toAbsolutePath().normalize().toString();
    }

    /// An empty path would be the working directory, and mostly is a variable that is not set.
    private static Path path(String what, String text) {
        if (text.isEmpty()) {
            throw new UsageException(what + " is empty");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UsageException("%s is no path: %s".formatted(what, e.getMessage()), e);
        }
    }
}
