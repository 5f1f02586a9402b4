package dev.durableobjects.internal.control;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.StoredNamespace;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlSocketTest {

    private static final String REQUEST =
            """
            {"protocol":1,"request":{"@type":"ListNamespaces"}}
            """;
    private static final String BACKUP =
            """
            {"protocol":1,"request":{"@type":"BackUp","target":"/backups"}}
            """;
    private static final String ANSWER =
            """
            {"@type":"Done","result":{"namespaces":[{"name":"NOTES","uniqueKey":"notes"}]}}
            """;
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(20);

    /// Long enough for a request to be heard on a busy machine.
    private static final Duration MEDIUM = Duration.ofSeconds(2);

    @TempDir private Path directory;

    private final RecordingOperations operations = new RecordingOperations();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        operations.goOn.countDown();
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    @Test
    void aRequestIsCarriedOut() throws IOException {
        listen(LONG);

        Results.Namespaces result =
                client().run(new Request.ListNamespaces(), Progress.none(), () -> {});

        assertThat(result.namespaces(), is(List.of(new StoredNamespace("NOTES", "notes"))));
        assertThat(raw().send(REQUEST).readAll(), is(ANSWER));
    }

    @Test
    void onlyTheOwnerMayConnect() throws IOException {
        listen(LONG);

        assertThat(
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("control"))),
                is("rw-------"));
        assertThat(names(), is(List.of("control")));
    }

    @Test
    void theSocketOfAKilledProcessIsReplaced() throws IOException {
        Files.createDirectory(directory.resolve("control.new"));
        for (String left : List.of("control", "control.new/s")) {
            try (ServerSocketChannel killed =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                killed.bind(ControlAddress.of(directory.resolve(left)));
            }
        }
        assertThat(ControlClient.connect(directory), is(Optional.empty()));

        listen(LONG);

        assertThat(raw().send(REQUEST).readAll(), is(ANSWER));
        assertThat(names(), is(List.of("control")));
    }

    @Test
    void theSocketGoesWithItsNode() throws IOException {
        ControlServer server = listen(LONG);
        RawClient silent = raw();

        server.close();

        assertThat(names(), is(List.of()));
        assertThat(silent.readAll(), is(""));
        assertThat(ControlClient.connect(directory), is(Optional.empty()));
    }

    @Test
    void aPathThatIsTooLongForASocketKeepsNobodyFromServing() throws IOException {
        Path deep = Files.createDirectories(directory.resolve("d".repeat(120)));

        kept(new ControlServer(deep, operations)).open();

        assertThat(ControlClient.connect(deep), is(Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({"''", "'{\"protocol\":1'"})
    void aSilentClientIsDropped(String begin) throws IOException {
        listen(SHORT);

        String answer = raw().send(begin).readAll();

        assertThat(answer, is(""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    nonsense | expected JSON
                    {} | $.protocol: expected int, found nothing
                    {"protocol":1} | expected
                    {"protocol":1,"request":{"@type":"Format"}} | expected one of ListNamespaces
                    {"protocol":2,"request":{"@type":"ListNamespaces"}} | speaks version 1 of the
                    """)
    void aLineThatIsNoRequestIsRefused(String line, String message) throws IOException {
        listen(LONG);

        String answer = raw().send(line + "\n").readAll();

        assertThat(answer, startsWith("{\"@type\":\"Failed\",\"message\":\""));
        assertThat(answer, containsString(message));
    }

    @Test
    void aLineHasABound() throws IOException {
        listen(LONG);

        String answer = raw().send("x".repeat(70_000)).readAll();

        assertThat(answer, containsString("a line must have at most 65536 bytes"));
    }

    @Test
    void clientsHaveABound() throws IOException {
        listen(LONG);
        List<RawClient> silent = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            silent.add(raw());
        }

        String refused = raw().send(REQUEST).readAll();
        silent.getFirst().close();

        assertThat(refused, containsString("the node already has 16 commands under way"));
        String answer = refused;
        while (answer.equals(refused)) { // Its place is free when the node has seen that it left.
            answer = raw().send(REQUEST).readAll();
        }
        assertThat(answer, is(ANSWER));
    }

    @Test
    void aClientThatGoesAwayStopsNothing() throws Exception {
        listen(LONG);
        operations.begun = new CountDownLatch(1);
        operations.goOn = new CountDownLatch(1);
        RawClient leaving = raw().send(REQUEST);
        operations.begun.await();

        leaving.close();
        operations.goOn.countDown();

        assertThat(raw().send(REQUEST).readAll(), is(ANSWER));
        while (operations.ended.get() < 2) {
            Thread.onSpinWait();
        }
    }

    @Test
    void theClientIsToldHowFarItIs() throws IOException {
        listen(LONG);
        operations.goOn = new CountDownLatch(1);
        List<String> told = new ArrayList<>();

        Results.BackedUp made =
                client().run(
                                new Request.BackUp("/backups"),
                                (what, done, total) -> {
                                    told.add("%s of %d".formatted(what, total));
                                    operations.goOn.countDown();
                                },
                                () -> {});

        assertThat(told.getFirst(), is("files of 1000"));
        assertThat(made.directory(), is("/backups"));
    }

    @Test
    void aClientThatDoesNotReadHoldsNothingUp() throws Exception {
        listen(MEDIUM);
        operations.what = "x".repeat(1 << 20); // More than a socket holds.
        operations.begun = new CountDownLatch(1);
        operations.goOn = new CountDownLatch(1);
        RawClient stopped = raw().send(BACKUP);
        operations.begun.await();

        operations.goOn.countDown();

        while (operations.ended.get() < 1) {
            Thread.onSpinWait();
        }
        assertThat(raw().send(REQUEST).readAll(), is(ANSWER));
        stopped.readAll(); // It ends, because the node has hung up.
    }

    @Test
    void whatIsUnderWayIsAnsweredAlthoughTheNodeCloses() throws Exception {
        ControlServer server = listen(LONG);
        operations.begun = new CountDownLatch(1);
        operations.goOn = new CountDownLatch(1);
        RawClient client = raw().send(REQUEST);
        operations.begun.await();

        server.close();
        operations.goOn.countDown();

        assertThat(client.readAll(), is(ANSWER));
    }

    @Test
    void theClientIsToldWhyItFailed() throws IOException {
        listen(LONG);
        operations.failure =
                Optional.of(new IllegalArgumentException("there is no namespace SEAT"));

        RequestFailedException thrown =
                assertThrows(
                        RequestFailedException.class,
                        () ->
                                client().run(
                                                new Request.ListNamespaces(),
                                                Progress.none(),
                                                () -> {}));

        assertThat(thrown.getMessage(), is("there is no namespace SEAT"));
    }

    @Test
    void theClientIsToldOfAFailureThatNobodyExpected() throws IOException {
        listen(LONG);
        operations.failure = Optional.of(new ArithmeticException("by zero"));

        String answer = raw().send(REQUEST).readAll();

        assertThat(
                answer,
                containsString("unexpected failure: java.lang.ArithmeticException: by zero"));
    }

    @Test
    void theClientIsToldThatTheNodeIsGone() throws Exception {
        try (ServerSocketChannel dying = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dying.bind(ControlAddress.of(directory.resolve("control")));
            ControlClient client = client();
            dying.accept().close();

            RequestFailedException thrown =
                    assertThrows(
                            RequestFailedException.class,
                            () ->
                                    client.run(
                                            new Request.ListNamespaces(),
                                            Progress.none(),
                                            () -> {}));

            assertThat(thrown.getMessage(), startsWith("the node went away before it answered"));
        }
    }

    @Test
    void aSilentNodeIsToldOfWhileTheClientWaits() throws Exception {
        try (ServerSocketChannel hanging = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            hanging.bind(ControlAddress.of(directory.resolve("control")));
            ControlClient client = client();
            SocketChannel node = kept(hanging.accept());
            CountDownLatch told = new CountDownLatch(1);

            assertThrows(
                    RequestFailedException.class,
                    () ->
                            client.run(
                                    new Request.ListNamespaces(),
                                    Progress.none(),
                                    SHORT,
                                    () -> {
                                        told.countDown();
                                        assertDoesNotThrow(node::close);
                                    }));

            assertThat(told.getCount(), is(0L));
        }
    }

    private ControlServer listen(Duration patience) {
        ControlServer server = kept(new ControlServer(directory, operations, patience));
        server.open();
        return server;
    }

    private ControlClient client() {
        return kept(ControlClient.connect(directory).orElseThrow());
    }

    private RawClient raw() throws IOException {
        return kept(new RawClient(directory));
    }

    private <T extends AutoCloseable> T kept(T one) {
        opened.add(one);
        return one;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
