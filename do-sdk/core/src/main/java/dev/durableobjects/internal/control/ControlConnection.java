package dev.durableobjects.internal.control;

import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.json.Json;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.operations.Progress;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/// One client of the command's socket: it sends one request, and gets the answer to it.
///
/// A request is carried out by a thread of its own, which never waits for the client: one that is
/// slow or goes away does no harm. Safe for use by many threads.
final class ControlConnection {

    private static final System.Logger LOGGER = System.getLogger(ControlConnection.class.getName());

    /// Names and paths have a few kibibytes.
    private static final int REQUEST_BYTES_MAX = 64 << 10;

    private static final long PROGRESS_MILLIS = 100;

    private final Lines lines;
    private final Operations operations;
    private volatile boolean isHeard;

    ControlConnection(SocketChannel client, Operations operations, Duration patience) {
        this.lines = new Lines(client, REQUEST_BYTES_MAX, patience);
        this.operations = operations;
    }

    /// Answers the client. Returns when nothing is under way for it any more.
    void serve() {
        try (lines) {
            Optional<Request<?>> request = hear();
            if (request.isPresent()) {
                carryOut(request.get());
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "a client of the command's socket is gone", e);
        }
    }

    /// Tells the client why it is not served.
    void refuse(String why) {
        try (lines) {
            write(new Answer.Failed(why));
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "a client did not hear that it is refused", e);
        }
    }

    /// Ends the connection of a client that has not said yet what it wants.
    void hangUpIfSilent() {
        if (!isHeard) {
            lines.close();
        }
    }

    private Optional<Request<?>> hear() throws IOException {
        try {
            Optional<byte[]> line = lines.read();
            isHeard = true;
            return line.map(Envelope::open);
        } catch (LineTooLongException | IllegalArgumentException e) {
            write(new Answer.Failed(Trouble.message(e)));
            return Optional.empty();
        }
    }

    private void carryOut(Request<?> request) throws IOException {
        AtomicReference<Optional<Answer>> news = new AtomicReference<>(Optional.empty());
        Progress progress =
                (what, done, total) ->
                        news.set(Optional.of(new Answer.Progressed(what, done, total)));
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Waiting.system().start("durable-control", () -> answer.complete(answer(request, progress)));
        try {
            Optional<Answer> last = await(answer);
            while (last.isEmpty()) {
                Optional<Answer> seen = news.getAndSet(Optional.empty());
                if (seen.isPresent()) {
                    write(seen.get());
                }
                last = await(answer);
            }
            write(last.get());
        } finally {
            answer.join(); // Its place is taken until then, even if the client is gone.
        }
    }

    private Answer answer(Request<?> request, Progress progress) {
        try {
            byte[] result = Json.bytes(request.run(operations, progress));
            return new Answer.Done(Json.read(result, JsonObject.class));
        } catch (Throwable failure) { // Whatever it is, the client waits for an answer.
            if (!Trouble.isExpected(failure)) {
                LOGGER.log(System.Logger.Level.ERROR, "a command failed: " + request, failure);
            }
            return new Answer.Failed(Trouble.message(failure));
        }
    }

    private static Optional<Answer> await(CompletableFuture<Answer> answer) throws IOException {
        try {
            return Optional.of(answer.get(PROGRESS_MILLIS, TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            throw new AssertionError("an answer is a value, always", e);
        }
    }

    private void write(Answer answer) throws IOException {
        lines.write(Json.bytes(answer));
    }
}
