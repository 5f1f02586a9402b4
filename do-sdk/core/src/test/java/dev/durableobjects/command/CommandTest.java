package dev.durableobjects.command;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.durableobjects.internal.storage.DataDirectory;
import dev.durableobjects.json.Json;
import dev.durableobjects.runtime.DurableObjects;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Each test runs the command beside a node that serves the directory, and without one.
class CommandTest {

    private static final String LATE = "2030-01-01T00:00:00Z";

    enum Directory {
        SERVED,
        IDLE
    }

    @TempDir private Path root;

    private Path data;
    private Optional<DurableObjects> node = Optional.empty();

    @BeforeEach
    void fill() {
        data = root.resolve("data");
        try (DurableObjects filled = Note.serve(data)) {
            Note.of(filled, "a").write("first");
            Note.of(filled, "b 😀").write("second");
        }
    }

    @AfterEach
    void close() {
        node.ifPresent(DurableObjects::close);
    }

    @ParameterizedTest
    @EnumSource
    void namespacesAreListed(Directory directory) {
        begin(directory);

        Shell.Ran people = run("namespaces");
        Shell.Ran program = run("namespaces", "--json");

        assertThat(people.out(), is("NAMESPACE  UNIQUE KEY\nNOTE       note\n"));
        assertThat(people.exitCode(), is(0));
        assertThat(
                program.out(),
                is("{\"namespaces\":[{\"name\":\"NOTE\",\"uniqueKey\":\"note\"}]}\n"));
    }

    @ParameterizedTest
    @EnumSource
    void objectsAreListedInPages(Directory directory) {
        begin(directory);

        JsonObject first = json("list", "NOTE", "--limit", "1");
        JsonObject second =
                json("list", "NOTE", "--limit=1", "--cursor", first.getString("cursor"));
        JsonObject prefixed = json("list", "NOTE", "--prefix", "b");

        assertThat(names(first), is(List.of("a")));
        assertThat(names(second), is(List.of("b 😀")));
        assertThat(names(prefixed), is(List.of("b 😀")));
        assertThat(prefixed.get("cursor"), is(JsonValue.NULL));
        assertThat(
                run("list", "NOTE", "--limit", "1").out(),
                containsString("\nthere are more: --cursor "));
    }

    @ParameterizedTest
    @EnumSource
    void anObjectIsExportedIntoAPlainFile(Directory directory) throws Exception {
        begin(directory);
        Path file = root.resolve("a.sqlite");

        Shell.Ran ran = run("export", "NOTE", "a", file.toString());

        assertThat(ran.err(), is(""));
        assertThat(ran.out(), startsWith("exported NOTE a, as it is now, to " + file + " ("));
        assertThat(content(file), is("first"));
        assertThat(run("export", "NOTE", "a", file.toString()).exitCode(), is(1));
    }

    @ParameterizedTest
    @EnumSource
    void anImportIsUndoneByARewind(Directory directory) throws Exception {
        begin(directory);
        Path file = root.resolve("a.sqlite");
        assertThat(run("export", "NOTE", "a", file.toString()).exitCode(), is(0));

        JsonObject imported = json("import", "NOTE", "b 😀", file.toString());
        assertThat(read("b 😀"), is(List.of("first")));
        Shell.Ran undone = run("rewind", "NOTE", "b 😀", "--to", imported.getString("undo"));

        assertThat(undone.out(), containsString("\nundo with: durable rewind NOTE "));
        assertThat(undone.out(), endsWith(" --directory %s\n".formatted(data)));
        assertThat(read("b 😀"), is(List.of("second")));
    }

    @ParameterizedTest
    @EnumSource
    void anObjectIsRewoundToATime(Directory directory) {
        begin(directory);

        Shell.Ran future = run("rewind", "NOTE", "a", "--to", LATE);

        assertThat(future.exitCode(), is(1));
        assertThat(future.err(), startsWith("durable: "));
    }

    @ParameterizedTest
    @EnumSource
    void aDeletedObjectIsGoneUntilItIsPutBack(Directory directory) {
        begin(directory);

        JsonObject deleted = json("delete", "NOTE", "a", "--yes");

        assertThat(names(json("list", "NOTE")), is(List.of("b 😀")));
        assertThat(run("delete", "NOTE", "a", "--yes").exitCode(), is(1));
        String undo = deleted.getString("undo");
        assertThat(run("rewind", "NOTE", "a", "--to", undo).exitCode(), is(0));
        assertThat(read("a"), is(List.of("first")));
    }

    @ParameterizedTest
    @EnumSource
    void aDeletedObjectIsExportedAsItWas(Directory directory) throws Exception {
        Instant then = Instant.now();
        while (Instant.now().toEpochMilli() <= then.toEpochMilli()) {
            Thread.onSpinWait();
        }
        begin(directory);
        json("delete", "NOTE", "a", "--yes");
        Path file = root.resolve("a.sqlite");

        Shell.Ran exported = run("export", "NOTE", "a", file.toString(), "--at", then.toString());
        Shell.Ran never = run("export", "NOTE", "c", root + "/c.sqlite", "--at", then.toString());

        assertThat(exported.err(), is(""));
        assertThat(content(file), is("first"));
        assertThat(never.err(), containsString("NOTE c held nothing at " + then));
        assertThat("there is a file", Files.exists(root.resolve("c.sqlite")), is(false));
    }

    @ParameterizedTest
    @EnumSource
    void aBackupIsVerifiedAndRestored(Directory directory) {
        begin(directory);
        Path backups = root.resolve("backups");
        Path restored = root.resolve("restored");

        JsonObject made = json("backup", backups.toString());
        Shell.Ran again = run("backup", backups.toString());
        String backup = made.getString("directory");
        Shell.Ran verified = Shell.run(List.of("verify", "--directory", backup));
        Shell.Ran copied = Shell.run(List.of("restore", backup, restored.toString()));

        assertThat(again.out(), startsWith("made the backup " + backups));
        assertThat(verified.out(), startsWith("no damage: 2 objects, "));
        assertThat(verified.exitCode(), is(0));
        assertThat(copied.out(), startsWith("restored " + restored));
        try (DurableObjects reader = Note.serve(restored)) {
            assertThat(Note.of(reader, "a").read(), is(List.of("first")));
        }
        assertThat(
                Shell.run(List.of("restore", backup, restored.toString(), "--json")).exitCode(),
                is(1));
    }

    @Test
    void theSocketOfAKilledProcessIsNoDamage() throws Exception {
        Files.createDirectory(data.resolve("control.new"));
        for (String left : List.of("control", "control.new/s")) {
            try (ServerSocketChannel killed =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                killed.bind(UnixDomainSocketAddress.of(data.resolve(left)));
            }
        }

        Shell.Ran verified = run("verify");
        Shell.Ran backup = run("backup", root.resolve("backups").toString());

        assertThat(verified.out(), startsWith("no damage: "));
        assertThat(backup.out(), startsWith("made the backup "));
    }

    @Test
    void damageHasAnExitCodeOfItsOwn() throws Exception {
        Files.writeString(data.resolve("foreign"), "?");

        Shell.Ran people = run("verify");
        Shell.Ran program = run("verify", "--json");

        assertThat(people.out(), startsWith("FOREIGN foreign: "));
        assertThat(people.out(), containsString("\n1 findings: 2 objects, "));
        assertThat(people.exitCode(), is(2));
        assertThat(program.exitCode(), is(2));
        JsonObject report = Json.read(program.out(), JsonObject.class);
        assertThat(report.get("isHealthy"), is(JsonValue.FALSE));
        assertThat(
                report.getJsonArray("findings").getJsonObject(0).getString("kind"), is("FOREIGN"));
    }

    @Test
    void aServedDirectoryIsNotVerified() {
        begin(Directory.SERVED);

        Shell.Ran ran = run("verify");

        assertThat(ran.exitCode(), is(1));
        assertThat(ran.err(), containsString("While a node serves, verify a backup of it"));
    }

    @Test
    void deletingAsks() {
        List<String> words = List.of("delete", "NOTE", "a", "--directory", data.toString());

        Shell.Ran nobody = Shell.run(words);
        Shell.Ran no = Shell.runTyping("\n", words);
        Shell.Ran yes = Shell.runTyping("y\n", words);

        assertThat(nobody.exitCode(), is(64));
        assertThat(nobody.err(), containsString("there is no terminal; add --yes"));
        assertThat(no.exitCode(), is(1));
        assertThat(no.err(), containsString("holds? [y/N] durable: nothing was deleted"));
        assertThat(yes.exitCode(), is(0));
        assertThat(names(json("list", "NOTE")), is(List.of("b 😀")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    list SEAT | NOTE
                    export NOTE c c.sqlite | c
                    list NOTE --cursor x | cursor
                    """)
    void whatCannotBeDoneFails(String line, String message) {
        Shell.Ran ran = run(line.split(" "));
        JsonObject json = Json.read(run((line + " --json").split(" ")).out(), JsonObject.class);

        assertThat(ran.exitCode(), is(1));
        assertThat(ran.err(), startsWith("durable: "));
        assertThat(ran.err(), containsString(message));
        assertThat(ran.out(), is(""));
        assertThat(ran.err(), is("durable: " + json.getString("error") + "\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    '' | a subcommand is missing
                    lst | unknown subcommand 'lst'; there are namespaces, list,
                    list | NAMESPACE is missing
                    list NOTE --limit 0 | LIMIT must be 1 to 1000, was '0'
                    list NOTE --limit 1e3 | LIMIT must be 1 to 1000, was '1e3'
                    rewind NOTE a | option --to is missing
                    rewind NOTE a --to now | a time is written 2026-03-02T09:41:59Z
                    rewind NOTE a --to 0123456789abcdef | neither a time nor a bookmark
                    """)
    void whatIsWrittenWronglyIsTold(String line, String message) {
        List<String> words = line.isEmpty() ? List.of() : List.of(line.split(" "));

        Shell.Ran ran = Shell.run(words);

        assertThat(ran.exitCode(), is(64));
        assertThat(ran.err(), startsWith("durable: "));
        assertThat(ran.err(), containsString(message));
        assertThat(ran.err(), containsString("durable help [SUBCOMMAND] says how it is written"));
    }

    @Test
    void aDirectoryWithoutDataIsNotMade() {
        Path other = root.resolve("other");

        Shell.Ran ran = Shell.run(List.of("list", "NOTE", "--directory", other.toString()));

        assertThat(ran.exitCode(), is(1));
        assertThat(ran.err(), containsString(other.toString()));
        assertThat("it was made", Files.exists(other), is(false));
    }

    @Test
    void aDirectoryInUseWithoutASocketIsTold() {
        try (DataDirectory _ = DataDirectory.open(data)) {
            Shell.Ran ran = run("list", "NOTE");

            assertThat(ran.exitCode(), is(1));
            assertThat(ran.err(), containsString("is in use by"));
            assertThat(ran.err(), containsString("has no 'control' socket to ask"));
        }
    }

    @Test
    void everySubcommandHasHelp() {
        Shell.Ran overview = Shell.run(List.of("help"));

        for (Subcommand subcommand : Subcommand.values()) {
            String name = subcommand.toString();
            Shell.Ran help = Shell.run(List.of("help", name));
            assertThat(overview.out(), containsString("\n  " + name + " "));
            assertThat(help.out(), startsWith("usage: durable " + name + " "));
            assertThat(Shell.run(List.of(name, "--help")), is(help));
        }
        assertThat(Shell.run(List.of("help", "lst")).exitCode(), is(64));
    }

    @Test
    void argumentsThatTheSystemCannotTellApartAreRefused() {
        Main main = new Main(Streams.ofProcess(), new Times(ZoneOffset.UTC));

        assertThat(main.run(List.of("list", "Ã¤"), "ANSI_X3.4-1968"), is(64));
    }

    @ParameterizedTest
    @EnumSource
    void aMistypedIdMakesNoObject(Directory directory) {
        begin(directory);
        Path file = root.resolve("a.sqlite");
        assertThat(run("export", "NOTE", "a", file.toString()).exitCode(), is(0));
        String id = json("list", "NOTE").getJsonArray("objects").getJsonObject(0).getString("id");

        Shell.Ran longer = run("import", "NOTE", id + "0", file.toString());
        Shell.Ran right = run("import", "NOTE", id, file.toString());

        assertThat(longer.err(), startsWith("durable: nothing is stored of NOTE " + id + "0"));
        assertThat(right.exitCode(), is(0));
        assertThat(names(json("list", "NOTE")), is(List.of("a", "b 😀")));
    }

    @ParameterizedTest
    @EnumSource
    void theProcessFindsTheDirectoryDataBelowTheOneItIsIn(Directory directory) throws Exception {
        begin(directory);

        Shell.Ran listed = Shell.process(root, List.of("list", "NOTE", "--json"));
        Shell.Ran exported = Shell.process(root, List.of("export", "NOTE", "a", "a.sqlite"));
        Shell.Ran failed = Shell.process(root, List.of("list", "SEAT"));
        Shell.Ran misused = Shell.process(root, List.of("list"));

        assertThat(names(Json.read(listed.out(), JsonObject.class)), is(List.of("a", "b 😀")));
        assertThat(exported.err(), is(""));
        assertThat(content(root.resolve("a.sqlite")), is("first"));
        assertThat(
                Stream.of(listed, exported, failed, misused).map(Shell.Ran::exitCode).toList(),
                is(List.of(0, 0, 1, 64)));
    }

    private void begin(Directory directory) {
        if (directory == Directory.SERVED) {
            node = Optional.of(Note.serve(data));
            assertThat(Note.of(node.get(), "a").read(), is(List.of("first"))); // It is in memory.
        }
    }

    private Shell.Ran run(String... words) {
        return Shell.run(
                Stream.concat(Stream.of(words), Stream.of("--directory", data.toString()))
                        .toList());
    }

    private JsonObject json(String... words) {
        Shell.Ran ran =
                run(Stream.concat(Stream.of(words), Stream.of("--json")).toArray(String[]::new));
        assertThat(ran.out(), ran.exitCode(), is(0));
        assertThat(ran.out(), not(containsString("@type")));
        return Json.read(ran.out(), JsonObject.class);
    }

    private List<String> read(String name) {
        if (node.isPresent()) {
            return Note.of(node.get(), name).read();
        }
        try (DurableObjects reader = Note.serve(data)) {
            return Note.of(reader, name).read();
        }
    }

    private static List<String> names(JsonObject page) {
        return page.getJsonArray("objects").getValuesAs(JsonObject.class).stream()
                .map(object -> object.getString("name"))
                .toList();
    }

    private static String content(Path file) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT text FROM notes")) {
            return rows.getString(1);
        }
    }
}
