package dev.durableobjects.internal.control;

import dev.durableobjects.json.Json;
import dev.durableobjects.operations.Progress;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A connection to the node that serves a data directory, for one request. Not safe for several
/// threads.
public final class ControlClient implements AutoCloseable {

    /// A page of a thousand objects whose names are long has about a mebibyte, or six if all of it
    /// must be escaped.
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    /// When a person begins to wonder.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Lines lines;

    private ControlClient(SocketChannel channel) {
        this.lines = new Lines(channel, ANSWER_BYTES_MAX, Lines.ANY_TIME);
    }

    /// Connects to the node that serves a directory; empty if there is no socket, or nobody listens
    /// at it. Then either nobody serves the directory, or its node has no socket.
    ///
    /// @throws RequestFailedException if this user may not connect
    public static Optional<ControlClient> connect(Path directory) {
        Path socket = directory.resolve(ControlAddress.NAME);
        if (!Files.exists(socket)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ControlClient(SocketChannel.open(ControlAddress.of(socket))));
        } catch (IOException e) {
            if (Files.isWritable(socket)) {
                return Optional.empty(); // Nobody listens: its process was killed.
            }
            throw new RequestFailedException(
                    ("cannot connect to %s, which belongs to the user of the node: run the"
                                    + " command as that user (%s)")
                            .formatted(socket, e.getMessage()),
                    e);
        }
    }

    /// Lets the node carry out a request.
    ///
    /// @param onSilence told if the node says nothing for long, from any thread
    /// @throws RequestFailedException if that failed, or is not known
    public <R extends Record> R run(Request<R> request, Progress progress, Runnable onSilence) {
        return run(request, progress, PATIENCE, onSilence);
    }

    <R extends Record> R run(
            Request<R> request, Progress progress, Duration patience, Runnable onSilence) {
        CompletableFuture<Boolean> heard = new CompletableFuture<>();
        CompletableFuture<Void> _ =
                heard.completeOnTimeout(false, patience.toMillis(), TimeUnit.MILLISECONDS)
                        .thenAccept(isHeard -> {
                            if (!isHeard) {
                                onSilence.run();
                            }
                        });
        try {
            return ask(
                    request,
                    (what, done, total) -> {
                        heard.complete(true);
                        progress.at(what, done, total);
                    });
        } finally {
            heard.complete(true);
        }
    }

    private <R extends Record> R ask(Request<R> request, Progress progress) {
        send(Envelope.of(request));
        try {
            while (true) {
                switch (answer()) {
                    case Answer.Progressed far -> progress.at(far.what(), far.done(), far.total());
                    case Answer.Done done -> {
                        return Json.read(done.result().toString(), request.result());
                    }
                    case Answer.Failed failed -> throw new RequestFailedException(failed.message());
                }
            }
        } catch (IOException e) {
            throw gone(e.toString());
        }
    }

    private void send(byte[] line) {
        try {
            lines.write(line);
        } catch (IOException e) {
            // A node that does not listen says why before it closes: that is still to be read.
        }
    }

    private Answer answer() throws IOException {
        byte[] line = lines.read().orElseThrow(() -> gone("it closed the connection"));
        return Json.read(line, Answer.class);
    }

    private static RequestFailedException gone(String why) {
        return new RequestFailedException(
                ("the node went away before it answered (%s); whether it did what was asked is in"
                                + " its log")
                        .formatted(why));
    }

    @Override
    public void close() {
        lines.close();
    }
}
