package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.operations.Finding;
import dev.durableobjects.operations.Finding.Kind;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.Verification;
import dev.durableobjects.operations.VerifyReport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever is damaged, missing or foreign is found, and nothing else.
@Timeout(value = 1, unit = TimeUnit.DAYS) // It runs for as long as its properties say.
class VerificationTest {

    private static final long SEED = Long.getLong("verify.seed", 20_261_124);
    private static final int LIVES = Integer.getInteger("verify.lives", 12);
    private static final int FLIPS = Integer.getInteger("verify.flips", 6);

    /// The zeros in the header of a file of the journal.
    private static final int HEADER_BEGIN = 32;

    private static final int HEADER_END = 64;
    private static final int PAGE_BYTES = 4_096;

    @TempDir private static Path parent;
    private static Path closed;
    private static Path killed;

    @TempDir private Path own;
    private final Random random = new Random(SEED);
    private Path directory;

    @BeforeAll
    static void make() {
        closed = parent.resolve("closed");
        killed = StoredShelves.make(closed, parent.resolve("killed"));
    }

    @BeforeEach
    void copy() {
        directory = own.resolve("data");
        NotesDirectory.copy(closed, directory);
    }

    @Test
    void aClosedDirectoryIsHealthyAndAllOfItIsRead() throws IOException {
        List<String> before = contents(directory);
        List<Long> steps = new ArrayList<>();

        VerifyReport report = Verification.run(directory, (what, done, total) -> steps.add(done));

        assertThat(report.findings(), is(List.of()));
        assertThat("healthy", report.isHealthy(), is(true));
        assertThat(report.objects(), is((long) NotesDirectory.databases(directory).size()));
        assertThat(report.journalFiles(), is(greaterThan(10L)));
        assertThat(steps.getLast(), is(report.bytes()));
        assertThat("nothing was changed", contents(directory), is(before));
    }

    @Test
    void aKilledDirectoryIsHealthy() {
        assertThat(findings(killed), is(List.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "journal, .journal",
        "history/segments, .journal",
        "history/objects, .history",
        "history/objects, .base",
        "objects/kept, .sqlite",
    })
    void aFlippedBitIsFound(String folder, String suffix) throws IOException {
        List<Path> files = whatCounts(folder, suffix);
        for (int i = 0; i < FLIPS; i++) {
            Path file = files.get(random.nextInt(files.size()));
            long at = random.nextLong(end(file));
            boolean hasHeader = !suffix.equals(".sqlite") && !suffix.equals(".base");
            if (hasHeader && at >= HEADER_BEGIN && at < HEADER_END) {
                at = HEADER_END;
            }
            flip(file, at);

            List<Finding> findings = findings(directory);

            String which = "seed %d, byte %d of %s".formatted(SEED, at, file);
            assertThat(which, findings, is(not(List.of())));
            flip(file, at);
        }
    }

    /// Returns files of which every byte counts: not the newest of the journal, whose end may be
    /// torn, and no database of which the journal has something, which is written over it.
    private List<Path> whatCounts(String folder, String suffix) throws IOException {
        List<Path> files = new ArrayList<>(StoredShelves.files(directory, folder, suffix));
        if (folder.equals("journal")) {
            files.removeLast();
        } else if (folder.startsWith("objects")) {
            for (Path file : StoredShelves.files(directory, "journal", ".journal")) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                files.removeIf(database -> content.contains(path(database)));
            }
        }
        assertThat(folder, files, is(not(List.of())));
        return files;
    }

    @Test
    void aFlippedBitInAnEndThatCountsIsFound() throws IOException {
        Path history = StoredShelves.files(directory, "history/objects", ".history").getFirst();
        flip(history, Files.size(history) - 1);

        assertThat(kinds(Kind.DAMAGED), hasItem(path(history)));
    }

    @Test
    void aFlippedBitInTheIndexIsFound() throws IOException {
        Path index = directory.resolve("index.sqlite");
        for (String word : List.of("UNKEPT", "unkept", "old1", "filler")) {
            long at = find(index, word);
            flip(index, at);

            assertThat(word, findings(directory), is(not(List.of())));
            flip(index, at);
        }
    }

    @Test
    void aFlippedBitIsFoundInADatabaseWithoutHistory() throws IOException {
        Path database = StoredShelves.files(directory, "objects/unkept", ".sqlite").getFirst();
        flip(database, PAGE_BYTES); // The kind of the second page.

        assertThat(kinds(Kind.DAMAGED), is(List.of(path(database))));
    }

    @Test
    void aFlippedBitIsFoundInWhatAnObjectWillBe() throws IOException {
        Path restore = StoredShelves.files(directory, "history/restore", ".sqlite").getFirst();
        flip(restore, PAGE_BYTES);

        assertThat(kinds(Kind.DAMAGED), is(List.of(path(restore))));
    }

    @ParameterizedTest
    @CsvSource({
        "journal, .journal",
        "history/segments, .journal",
        "history/objects, .history",
        "history/objects, .base",
        "objects, .sqlite",
        "index.sqlite, .sqlite",
        "format, format",
    })
    void aMissingFileIsFound(String folder, String suffix) throws IOException {
        List<Path> files = whatCounts(folder, suffix);
        if (folder.equals("history/segments")) { // They go away from their begin.
            files.removeFirst();
        }
        for (Path file : files) {
            Path kept = own.resolve("kept");
            Files.move(file, kept);

            List<Finding> findings = findings(directory);

            assertThat(file.toString(), findings, is(not(List.of())));
            Files.move(kept, file);
        }
    }

    @Test
    void aMissingNewestFileOfTheJournalIsFoundAndTheStartIsRefused() throws IOException {
        Path newest = StoredShelves.files(directory, "journal", ".journal").getLast();
        Files.delete(newest);

        assertThat(kinds(Kind.MISSING), hasItem("journal"));
        Exception refused =
                assertThrows(Exception.class, () -> NotesDirectory.start(directory).close());
        assertThat(String.valueOf(refused.getCause()), containsString(newest + " is missing"));
    }

    @Test
    void aJournalWithoutFilesIsFoundAndTheStartIsRefused() throws IOException {
        for (Path file : StoredShelves.files(directory, "journal", "")) {
            Files.delete(file);
        }

        assertThat(kinds(Kind.MISSING), hasItem("journal"));
        Exception refused =
                assertThrows(Exception.class, () -> NotesDirectory.start(directory).close());
        assertThat(
                String.valueOf(refused.getCause()), containsString("has no file of the journal"));
    }

    /// Nobody can open a link to itself, not even the system's administrator.
    @ParameterizedTest
    @CsvSource({
        "journal, .journal",
        "journal, newest",
        "history/segments, .journal",
        "history/objects, .history",
        "history/objects, .base",
        "history, begun",
        "history/restore, .sqlite",
        "objects, .sqlite",
        "index.sqlite, .sqlite",
        "format, format",
    })
    void aFileThatNobodyMayReadIsNoDamage(String folder, String suffix) throws IOException {
        Path file = StoredShelves.files(directory, folder, suffix).getFirst();
        Files.delete(file);
        Files.createSymbolicLink(file, file);

        UncheckedIOException failed =
                assertThrows(UncheckedIOException.class, () -> findings(directory));

        assertThat(
                failed.getMessage(),
                startsWith("cannot verify %s: %s: Too many".formatted(directory, file)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "notes.txt",
                "journal/1.journal",
                "journal/0000000000000001.journal.bak",
                "objects/kept/ab/copy.sqlite",
                "objects/kept/readme",
                "objects/Kept/x",
                "history/objects/kept/old.history",
                "history/restore/x.sqlite",
                "history/segments/begun",
                "lost+found/x"
            })
    void aForeignFileIsFound(String name) throws IOException {
        Path foreign = directory.resolve(name);
        Files.createDirectories(foreign.getParent());
        Files.writeString(foreign, "?");

        List<String> found = kinds(Kind.FOREIGN);

        assertThat(found.toString(), found.stream().anyMatch(name::startsWith), is(true));
    }

    @Test
    void aNamespaceThatNobodyHasIsForeign() throws IOException {
        Files.createDirectories(directory.resolve("objects").resolve("other"));

        assertThat(kinds(Kind.FOREIGN), is(List.of("objects/other")));
    }

    @Test
    void whatAKilledProcessLeavesIsNeitherForeignNorDamage() throws IOException {
        Path database = StoredShelves.files(directory, "objects/kept", ".sqlite").getFirst();
        Path history = StoredShelves.files(directory, "history/objects", ".history").getFirst();
        String id = database.getFileName().toString().replace(".sqlite", "");
        Files.writeString(sibling(database, id + ".sqlite-wal"), "?");
        Files.writeString(history.resolveSibling(id + ".new"), "?");
        Files.writeString(directory.resolve("history").resolve("begun.new"), "?");
        Files.writeString(directory.resolve("format.new"), "?");
        Files.createDirectory(directory.resolve("control.new"));
        Files.writeString(directory.resolve("journal").resolve("newest"), "torn");
        Path last = StoredShelves.files(directory, "journal", ".journal").getLast();
        Files.write(last, new byte[1_000]);
        Path second = NotesDirectory.databases(directory).getLast();
        Files.move(second, sibling(second, second.getFileName() + "-aside"));

        assertThat(findings(directory), is(List.of()));
    }

    @Test
    void aDirectoryInUseIsRefused() {
        try (DurableObjects objects = NotesDirectory.start(own.resolve("used"))) {
            Exception refused =
                    assertThrows(IllegalStateException.class, () -> findings(objects.directory()));

            assertThat(refused.getMessage(), containsString("is in use by"));
        }
    }

    @Test
    void whatIsNoDataDirectoryIsRefused() {
        Exception refused = assertThrows(IllegalStateException.class, () -> findings(own));

        assertThat(refused.getMessage(), containsString("is no data directory"));
    }

    @Test
    void aNewDirectoryIsHealthy() {
        Path fresh = own.resolve("new");
        NotesDirectory.start(fresh).close();

        assertThat(findings(fresh), is(List.of()));
    }

    @Test
    void aHistoryThatIsDeletedBeginsAnew() throws IOException {
        for (Path file : StoredShelves.files(directory, "history", "")) {
            Files.delete(file);
        }
        assertThat(kinds(Kind.MISSING), is(List.of()));

        StoredShelves.begin(directory);

        assertThat(findings(directory), is(List.of()));
        assertThat(StoredShelves.files(directory, "history", ".base"), is(not(List.of())));
    }

    @Test
    void whateverHistoryIsKeptTheDirectoryIsHealthy() {
        StoredShelves.live(
                own.resolve("random"),
                random,
                LIVES,
                ended -> assertThat("seed " + SEED, findings(ended), is(List.of())));
    }

    /// Returns where what counts in a file ends: zeros may follow.
    private static long end(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        int end = content.length;
        while (end > 0 && content[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private static List<Finding> findings(Path directory) {
        return Verification.run(directory, Progress.none()).findings();
    }

    private List<String> kinds(Kind kind) {
        return findings(directory).stream()
                .filter(one -> one.kind() == kind)
                .map(Finding::path)
                .toList();
    }

    private String path(Path file) {
        return directory.relativize(file).toString();
    }

    private static Path sibling(Path file, String name) {
        return file.resolveSibling(name);
    }

    private static List<String> contents(Path directory) throws IOException {
        List<String> contents = new ArrayList<>();
        for (Path file : StoredShelves.files(directory, "", "")) {
            contents.add(
                    "%s %d %s %s"
                            .formatted(
                                    file,
                                    Arrays.hashCode(Files.readAllBytes(file)),
                                    Files.size(file),
                                    Files.getLastModifiedTime(file)));
        }
        return contents;
    }

    private static long find(Path file, String word) throws IOException {
        String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        int at = content.indexOf(word);
        assertThat(word + " in " + file, at, is(greaterThan(0)));
        return at;
    }

    private static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
            target.seek(at);
            int value = target.read();
            target.seek(at);
            target.write(value ^ 2);
        }
    }
}
