package dev.durableobjects.example.seatbooking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.command.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs the lines of the guide that begin with `$`, beside the app, one a minute, and compares what
/// they print with what stands there. Bookmarks are others each time.
@Timeout(120)
class WrongRowsPageTest {

    private static final Path PAGE =
            Path.of("").toAbsolutePath().resolve("../docs/operations/wrong-rows.md");
    private static final Pattern BLOCK =
            Pattern.compile("^```text\\n(\\$ .*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /// A line, or several if a quotation has several; and what it prints.
    private static final Pattern COMMAND =
            Pattern.compile(
                    "^\\$ ((?:[^\"\\n]|\"[^\"]*\")*)\\n((?:[^$].*\\n)*)", Pattern.MULTILINE);

    private static final Pattern SQL = Pattern.compile("sqlite3 (\\S+) \"([^\"]*)\"");
    private static final Pattern POST =
            Pattern.compile("curl -d '(.*)' 'localhost:8787/book-seat\\?flightId=(.*)'");
    private static final Pattern BOOKMARK =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}");

    /// How much it was depends on how files are filled; in what it is counted does not.
    private static final Pattern SIZE = Pattern.compile("[\\d.]+(?= (?:files|bytes|[KM]iB))");

    @TempDir private Path root;

    private final ManualClock clock = new ManualClock(Instant.parse("2026-03-02T00:30:00Z"));
    private final Map<String, String> bookmarks = new HashMap<>();
    private FlightServer server;

    @BeforeEach
    void freeAllSeats() throws Exception {
        Path durable = root.resolve("durable");
        Files.writeString(
                durable,
                """
                #!/bin/sh
                exec '%s' -Duser.timezone=Europe/Berlin -XX:TieredStopAtLevel=1 \\
                  --enable-native-access=ALL-UNNAMED -classpath '%s' %s "$@"
                """
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin", "java"),
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        Files.setPosixFilePermissions(durable, PosixFilePermissions.fromString("rwx------"));
        server = FlightServer.start(root.resolve("data"), clock);
        book("LH-400", "1A", "Ann");
        book("LH-400", "2B", "Bob");
        book("LH-400", "3C", "Eve");
        book("LH-401", "1A", "Cem");
        clock.set(Instant.parse("2026-03-02T01:00:00Z"));
        run("durable backup backups");
        clock.set(Instant.parse("2026-03-02T09:42:00Z"));
        run("durable export FLIGHT LH-400 flight.sqlite");
        sql(root.resolve("flight.sqlite"), "UPDATE seats SET occupant = NULL");
        run("durable import FLIGHT LH-400 flight.sqlite");
        clock.set(Instant.parse("2026-03-02T10:00:00Z"));
        book("LH-400", "2B", "Zoe");
        book("LH-400", "7F", "Yan");
        book("LH-400", "9C", "Eve");
        clock.set(Instant.parse("2026-03-02T10:14:00Z"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whatStandsThereIsWhatHappens() throws IOException {
        String page = Files.readString(PAGE);

        String actual =
                BLOCK.matcher(page)
                        .replaceAll(block -> Matcher.quoteReplacement(ranBlock(block.group(1))));

        assertThat(actual, is(page));
    }

    private String ranBlock(String block) {
        return "```text\n" + COMMAND.matcher(block).replaceAll(this::ran) + "```";
    }

    private String ran(MatchResult command) {
        clock.pass(Duration.ofMinutes(1));
        String line = command.group(1);
        for (Map.Entry<String, String> bookmark : bookmarks.entrySet()) {
            line = line.replace(bookmark.getKey(), bookmark.getValue());
        }
        String printed = run(line).replace(root.toString(), "/srv/app");
        return Matcher.quoteReplacement(
                "$ %s\n%s".formatted(command.group(1), asShown(command.group(2), printed)));
    }

    /// Runs a line in the directory of the app; `durable` as an operator does, `sqlite3` and `curl`
    /// without those programs, which not every machine has.
    private String run(String line) {
        try {
            Matcher sql = SQL.matcher(line);
            Matcher post = POST.matcher(line);
            if (sql.matches()) {
                String printed = sql(root.resolve(sql.group(1)), sql.group(2));
                if (sql.group(1).equals("repaired.sqlite")) {
                    assertThat("what the app says", printed, is(bookedSeats()));
                }
                return printed;
            }
            return post.matches() ? post(post.group(1), post.group(2)) : shell(line);
        } catch (IOException | SQLException | InterruptedException e) {
            throw new AssertionError(line, e);
        }
    }

    private String shell(String line) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", line);
        builder.environment().merge("PATH", root.toString(), (path, own) -> own + ":" + path);
        Process process = builder.directory(root.toFile()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(printed, process.waitFor(), is(0));
        return printed;
    }

    private String sql(Path file, String script) throws SQLException {
        StringBuilder printed = new StringBuilder();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (String sql : script.replace("'before", "'" + root + "/before").split(";", -1)) {
                if (statement.execute(sql)) {
                    print(statement.getResultSet(), printed);
                }
            }
        }
        return printed.toString();
    }

    private static void print(ResultSet rows, StringBuilder printed) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            for (int column = 1; column <= columns; column++) {
                printed.append(column == 1 ? "" : "|")
                        .append(Objects.requireNonNullElse(rows.getString(column), ""));
            }
            printed.append('\n');
        }
    }

    private String post(String booking, String flightId) throws IOException, InterruptedException {
        try (SeatClient flight = server.client(flightId)) {
            return flight.answer("book-seat", booking) + "\n";
        }
    }

    private String bookedSeats() throws IOException, InterruptedException {
        StringBuilder booked = new StringBuilder();
        try (SeatClient flight = server.client("LH-400")) {
            for (Seat seat : flight.seats()) {
                seat.occupant()
                        .ifPresent(name ->
                                booked.append(seat.seatNumber())
                                        .append('|')
                                        .append(name)
                                        .append('\n'));
            }
        }
        return booked.toString();
    }

    private void book(String flightId, String seatNumber, String name)
            throws IOException, InterruptedException {
        try (SeatClient flight = server.client(flightId)) {
            assertThat(flight.book(seatNumber, name), is(BookingResult.booked(seatNumber)));
        }
    }

    /// Puts what the page has in place of bookmarks and sizes, which are others each time.
    private String asShown(String expected, String printed) {
        Matcher shown = BOOKMARK.matcher(expected);
        Matcher made = BOOKMARK.matcher(printed);
        while (shown.find() && made.find()) {
            bookmarks.put(shown.group(), made.group());
        }
        return inTurn(SIZE, expected, inTurn(BOOKMARK, expected, printed));
    }

    private static String inTurn(Pattern varying, String expected, String printed) {
        Matcher shown = varying.matcher(expected);
        return varying.matcher(printed)
                .replaceAll(found -> shown.find() ? shown.group() : found.group());
    }
}
