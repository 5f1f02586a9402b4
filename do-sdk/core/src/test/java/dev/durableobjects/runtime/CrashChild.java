package dev.durableobjects.runtime;

import dev.durableobjects.operations.Progress;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Calls its objects in every way until it is killed, and tells what was acknowledged.
final class CrashChild {

    private static final System.Logger LOGGER = System.getLogger(CrashChild.class.getName());

    /// So few that all that is under way has a place in memory: nothing is refused as overload.
    private static final int UNANSWERED_MAX = 4;

    private final DurableObjects objects;
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger numbers;
    private final Semaphore unanswered = new Semaphore(UNANSWERED_MAX);
    private final int port;

    private CrashChild(DurableObjects objects, int first) {
        this.objects = objects;
        this.numbers = new AtomicInteger(first);
        WebServerConfig.Builder server = WebServer.builder().port(0).host("127.0.0.1");
        objects.mount(
                server,
                (request, env) ->
                        env.namespace(Ledger.LEDGER)
                                .getByName(request.query("name").orElseThrow())
                                .fetch(request));
        port = server.build().start().port();
    }

    /// A load, one step of it.
    private interface Step {
        void run(int number, Random random) throws Exception;
    }

    /// Starts the load.
    ///
    /// @param arguments the data directory, the first number, and the directory of backups, if
    ///   there are to be any
    public static void main(String[] arguments) {
        int first = Integer.parseInt(arguments[1]);
        DurableObjects objects = Ledger.start(Path.of(arguments[0]));
        CrashChild child = new CrashChild(objects, first);
        if (arguments.length > 2) {
            child.start((number, random) -> child.backUp(Path.of(arguments[2])));
        }
        child.start((number, random) -> child.write(number, random.nextInt(4_000)));
        child.start((number, random) -> child.write(number, 10));
        child.start((number, random) -> child.request(number));
        child.start((number, random) -> child.request(number));
        child.start(child::plan);
        child.start(child::plan);
        child.start((number, random) -> child.mark(number));
        child.watch();
    }

    private void start(Step step) {
        int seed = numbers.getAndIncrement();
        Thread.ofPlatform()
                .start(() -> {
                    Random random = new Random(seed);
                    orDie(() -> {
                        while (true) {
                            step.run(numbers.getAndIncrement(), random);
                        }
                    });
                });
    }

    private interface Body {
        void run() throws Exception;
    }

    /// The load of a process in which something fails would be none.
    private static void orDie(Body body) {
        try {
            body.run();
        } catch (Throwable e) {
            LOGGER.log(System.Logger.Level.ERROR, "the load fails", e);
            Runtime.getRuntime().halt(1);
        }
    }

    private Ledger ledger(int number) {
        return Ledger.of(objects, Ledger.name(number));
    }

    private void write(int number, int bytes) {
        ledger(number).write(number, bytes);
        tell("wrote " + number);
    }

    private URI uri(String scheme, String path, int number) {
        return URI.create(
                "%s://127.0.0.1:%d/%s?name=%s".formatted(scheme, port, path, Ledger.name(number)));
    }

    private void request(int number) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri("http", "write", number))
                        .POST(HttpRequest.BodyPublishers.ofString(String.valueOf(number)))
                        .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
        }
        tell("wrote " + answer.body());
    }

    private void plan(int number, Random random) {
        switch (random.nextInt(12)) {
            case 0 -> ledger(number).cancel(Ledger.plan(number));
            case 1 -> ledger(number).repeat(300L + random.nextInt(1_000));
            default -> {
                ledger(number).plan(number, Ledger.plan(number), random.nextInt(700));
                tell("planned " + number);
            }
        }
    }

    private void mark(int number) {
        Ledger.Mark mark = ledger(number).mark();
        tell(
                "marked %s %s %s"
                        .formatted(Ledger.name(number), mark.bookmark().value(), mark.digest()));
    }

    private void backUp(Path target) {
        tell("backing");
        Path made = objects.operations().backup(target, Progress.none()).directory();
        tell("backed " + made.getFileName());
    }

    /// Writes through sockets, which also tell what has run.
    private void watch() {
        List<WebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < Ledger.OBJECTS; i++) {
            sockets.add(
                    http.newWebSocketBuilder()
                            .buildAsync(uri("ws", "watch", i), new Listener())
                            .join());
        }
        start((number, random) -> {
            unanswered.acquire();
            sockets.get(number % Ledger.OBJECTS).sendText(String.valueOf(number), true).join();
        });
    }

    private final class Listener implements WebSocket.Listener {

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence text, boolean last) {
            orDie(() -> {
                if (!last) {
                    throw new IllegalStateException("a part of a message: " + text);
                }
                tell(text.toString());
                if (text.toString().startsWith("wrote")) {
                    unanswered.release();
                }
            });
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            orDie(() -> {
                throw new IllegalStateException("closed with %d %s".formatted(code, reason));
            });
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            orDie(() -> {
                throw new IllegalStateException(error);
            });
        }
    }

    /// A line is one write to a pipe, which a kill cannot divide.
    private static synchronized void tell(String line) {
        try {
            new FileOutputStream(FileDescriptor.out)
                    .write((line + "\n").getBytes(ChildJvm.CHARSET));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
