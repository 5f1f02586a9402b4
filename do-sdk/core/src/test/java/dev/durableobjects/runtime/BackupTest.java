package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.operations.Backup;
import dev.durableobjects.operations.Backups;
import dev.durableobjects.operations.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a backup holds, what it shares with the one before, and what a restore makes of it.
@Timeout(120)
class BackupTest {

    @TempDir private Path parent;

    private volatile Instant now = Instant.parse("2026-11-23T23:30:00.123Z");
    private Duration history = Duration.ofDays(30);
    private DurableObjects objects;

    @BeforeEach
    void start() {
        objects = builder(parent.resolve("data")).build();
    }

    @AfterEach
    void close() {
        objects.close();
    }

    @Test
    void aBackupIsNamedAfterItsTimeAndLeavesNothingElse() throws IOException {
        vault("a").add(1);

        Backup backup = backup();
        Backup next = backup();

        assertThat(
                names(parent.resolve("backups")),
                contains("2026-11-23T23-30-00.123Z", "2026-11-23T23-30-00.124Z"));
        assertThat(backup.directory().getFileName().toString(), is("2026-11-23T23-30-00.123Z"));
        assertThat(next.time(), is(now.plusMillis(1)));
        assertThat(backup.files(), is((long) files(backup.directory()).size() - 1));
    }

    @Test
    void theRestoredDirectoryIsThatOfTheBackupsMoment() throws IOException {
        vault("a").add(1);
        Backup backup = backup();
        vault("a").add(2);

        List<String> told = new ArrayList<>();
        Backup restored =
                Backups.restore(
                        backup.directory(),
                        parent.resolve("restored"),
                        (what, done, total) -> told.add(done + " " + what + " of " + total));

        assertThat(restored, is(backup));
        String all = "%d bytes of %d".formatted(backup.bytes(), backup.bytes());
        assertThat(told.contains(all), is(true));
        start("restored");
        assertThat(vault("a").numbers(), contains(1));
    }

    @Test
    void whatHasNotChangedIsTheSameFile() throws IOException {
        for (int i = 0; i < 5; i++) {
            vault("o" + i).add(1);
            vault("o" + i).fill(100_000);
        }
        start("data");
        backup();
        age(parent.resolve("data"));
        Backup whole = backup();
        vault("o3").add(2);
        start("data"); // Until it leaves memory, only the journal has it.

        Backup next = backup();

        assertThat(next.copiedBytes(), is(lessThan(next.bytes() / 2)));
        List<Path> shared = databases(next.directory());
        shared.removeIf(file -> links(file) == 1);
        assertThat("all but one", shared.size(), is(databases(next.directory()).size() - 1));
        delete(whole.directory());
        restore(next);
        assertThat(vault("o3").numbers(), contains(1, 2));
        assertThat(vault("o4").numbers(), contains(1));
    }

    @Test
    void aFileThatTheBackupBeforeHasLostIsCopied() throws IOException {
        vault("a").add(1);
        start("data");
        backup();
        age(parent.resolve("data"));
        Backup damaged = backup();
        Files.delete(databases(damaged.directory()).getFirst());

        restore(backup());

        assertThat(vault("a").numbers(), contains(1));
    }

    @Test
    void aDatabaseThatIsPutAsideIsInTheBackup() throws IOException {
        vault("a").add(1);
        vault("b").add(1);
        objects.close();
        Path database = databases(parent.resolve("data")).getFirst();
        Files.move(database, Path.of(database + "-aside"));
        start("data");

        Backup backup = backup();

        assertThat(databases(backup.directory()).size(), is(2));
        restore(backup);
        assertThat(vault("a").numbers(), contains(1));
        assertThat(vault("b").numbers(), contains(1));
    }

    @Test
    void aRestoreThatWaitsHappensAndOneThatWasCarriedOutDoesNotComeBack() throws IOException {
        vault("waits").add(1);
        vault("is done").add(1);
        Bookmark waits = vault("waits").bookmark();
        Bookmark isDone = vault("is done").bookmark();
        vault("waits").add(2);
        vault("is done").add(2);
        vault("waits").restore(waits);
        vault("is done").restore(isDone);
        reset("is done");
        vault("is done").add(3);

        restore(backup());

        assertThat(vault("waits").numbers(), contains(1));
        assertThat(vault("is done").numbers(), contains(1, 3));
    }

    @Test
    void whatWasIsThereToo() throws IOException {
        vault("a").add(1);
        Bookmark first = vault("a").bookmark();
        vault("a").add(2);
        for (int i = 0; i < 60; i++) { // Files of the journal become history, and are sorted.
            vault("b").fill(20_000);
        }
        Backup backup = backup();
        vault("a").add(3);
        Bookmark later = vault("a").bookmark();

        restore(backup);

        BookmarkException refused =
                assertThrows(BookmarkException.class, () -> vault("a").restore(later));
        assertThat(refused.reason(), is(BookmarkException.Reason.FUTURE));
        vault("a").restore(first);
        reset("a");
        assertThat(vault("a").numbers(), contains(1));
    }

    @Test
    void withoutHistoryThereIsABackup() throws IOException {
        history = Duration.ZERO;
        start("no history");
        vault("a").add(1);
        for (int i = 0; i < 60; i++) {
            vault("b").fill(20_000);
        }

        restore(backup());

        assertThat(vault("a").numbers(), contains(1));
    }

    @Test
    void alarmsRunAfterwardsAndNamesAreKnown() throws IOException {
        vault("sleeper").wake(now.plusSeconds(600));
        awaitFreed(parent.resolve("data"));
        Backup backup = backup();
        objects.close();
        now = now.plusSeconds(700);

        restore(backup);

        while (!VaultObject.WOKEN.contains("sleeper")) {
            Thread.onSpinWait();
        }
    }

    /// The journal does not know the alarm any more, so only the index does.
    private void awaitFreed(Path directory) {
        while (Files.exists(directory.resolve("journal/0000000000000001.journal"))) {
            vault("b").fill(20_000);
        }
    }

    @Test
    void aBackupIsRestoredIntoNothingOnly() throws IOException {
        vault("a").add(1);
        Backup backup = backup();

        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                Backups.restore(
                                        backup.directory(),
                                        parent.resolve("data"),
                                        Progress.none()));
        IllegalArgumentException none =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                Backups.restore(
                                        parent.resolve("data"),
                                        parent.resolve("restored"),
                                        Progress.none()));

        assertThat(refused.getMessage(), containsString("data is not empty; a backup is restored"));
        assertThat(none.getMessage(), containsString("data is no backup: it has no backup.json"));
        assertThat(Files.exists(parent.resolve("restored")), is(false));
        Path empty = Files.createDirectory(parent.resolve("empty"));
        Backups.restore(backup.directory(), empty, Progress.none());
        start("empty");
        assertThat(vault("a").numbers(), contains(1));
    }

    @Test
    void aBackupItselfIsNotADirectoryToStartWith() {
        vault("a").add(1);
        Path backup = backup().directory();

        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> builder(backup).build());

        assertThat(refused.getMessage(), containsString("is a backup and may share its files"));
        assertThat(Files.exists(backup.resolve("lock")), is(false));
    }

    @Test
    void aHalfRestoredDirectoryIsRefused() throws IOException {
        vault("a").add(1);
        Backup backup = backup();
        Path half = parent.resolve("half");

        assertThrows(
                IllegalStateException.class,
                () ->
                        Backups.restore(
                                backup.directory(),
                                half,
                                (what, done, total) -> {
                                    NotesDirectory.copy(half, parent.resolve("killed"));
                                    throw new IllegalStateException("the process is killed");
                                }));

        IllegalStateException refused =
                assertThrows(
                        IllegalStateException.class,
                        () -> builder(parent.resolve("killed")).build());
        assertThat(refused.getMessage(), containsString("a backup that is half restored"));
        assertThat("who can, cleans up", names(half), is(empty()));
    }

    @Test
    void damageIsFoundAndNamed() throws IOException {
        vault("a").add(1);
        Bookmark first = vault("a").bookmark();
        for (int i = 0; i < 60; i++) {
            vault("b").fill(20_000);
        }
        vault("a").restore(first);
        Path backup = backup().directory();
        List<Path> files = files(backup);
        files.remove(backup.resolve("backup.json"));

        for (Path file : files) {
            String name = backup.relativize(file).toString();
            byte[] content = Files.readAllBytes(file);
            content[content.length / 2] ^= 1;
            Files.write(file, content);
            assertThat(name, refusal(backup), containsString(name));
            content[content.length / 2] ^= 1;
            Files.write(file, content);
            Path elsewhere = Files.move(file, parent.resolve("elsewhere"));
            assertThat(name, refusal(backup), containsString("are missing: " + name));
            Files.move(elsewhere, file);
        }
        Files.writeString(backup.resolve("journal/foreign"), "?");
        assertThat(refusal(backup), containsString("do not belong to it: journal/foreign"));
    }

    private String refusal(Path backup) throws IOException {
        UncheckedIOException refused =
                assertThrows(
                        UncheckedIOException.class,
                        () -> Backups.restore(backup, parent.resolve("no"), Progress.none()));
        Path left = parent.resolve("no");
        assertThat("nothing is left", Files.exists(left) ? names(left) : List.of(), is(empty()));
        return String.valueOf(refused.getMessage());
    }

    @Test
    void aFullDiskLeavesTheNodeAndTheBackupsBeforeAsTheyWere() throws IOException {
        Path target = parent.resolve("backups");
        SmallDisk disk = new SmallDisk(target);
        objects.close();
        objects = TestRuntime.withDisk(builder(parent.resolve("data")), disk).build();
        vault("a").add(1);
        Backup before = backup();
        vault("a").add(2);

        disk.free(1_000);
        UncheckedIOException low = assertThrows(UncheckedIOException.class, this::backup);
        disk.free(Long.MAX_VALUE);
        disk.fail();
        UncheckedIOException full = assertThrows(UncheckedIOException.class, this::backup);

        assertThat(low.getMessage(), containsString("1000 bytes are free on the disk of"));
        assertThat(full.getMessage(), containsString("No space left on device"));
        assertThat(names(target), contains(before.directory().getFileName().toString()));
        assertThat(objects.health().problems(), is(empty()));
        vault("a").add(3);
        assertThat(vault("a").numbers(), contains(1, 2, 3));
        restore(before);
        assertThat(vault("a").numbers(), contains(1));
    }

    @Test
    void whatAnInterruptedBackupHasLeftIsDeletedByTheNext() throws IOException {
        vault("a").add(1);
        Path left = parent.resolve("backups/2026-11-22T00-00-00.000Z.new/objects");
        Files.createDirectories(left);
        Files.writeString(left.resolve("half"), "?");
        Files.createDirectories(parent.resolve("backups/mine.new"));

        backup();

        assertThat(
                names(parent.resolve("backups")), contains("2026-11-23T23-30-00.123Z", "mine.new"));
    }

    @Test
    void oneIsMadeAtATimeAndHealthSaysWhatTheJournalWaitsFor() {
        vault("a").add(1);
        List<String> found = new ArrayList<>();

        objects.backup(
                parent.resolve("backups"),
                (what, done, total) -> {
                    if (found.isEmpty()) {
                        found.add(
                                assertThrows(IllegalStateException.class, this::backup)
                                        .getMessage());
                        while (objects.health().problems().isEmpty()) {
                            vault("b").fill(20_000);
                        }
                        found.add(objects.health().problems().getFirst().message());
                    }
                });

        assertThat(found.get(0), containsString("a backup of this data directory is under way"));
        assertThat(found.get(1), containsString("its oldest file waits for: a backup"));
        while (!objects.health().problems().isEmpty()) {
            vault("b").fill(20_000);
        }
    }

    @Test
    void backupsLieOutsideOfTheDataDirectory() {

        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> objects.backup(parent.resolve("data/backups"), Progress.none()));

        assertThat(refused.getMessage(), containsString("must lie outside of the data directory"));
        assertThat(Files.exists(parent.resolve("data/backups")), is(false));
    }

    private void reset(String name) {
        DurableObjectException reset =
                assertThrows(DurableObjectException.class, () -> vault(name).leave());
        assertThat(reset.kind(), is(DurableObjectException.Kind.ABORTED));
    }

    private Backup backup() {
        return objects.backup(parent.resolve("backups"), Progress.none());
    }

    private void restore(Backup backup) {
        Backups.restore(backup.directory(), parent.resolve("restored"), Progress.none());
        start("restored");
    }

    private Vault vault(String name) {
        return objects.env().namespace(Vault.VAULT).getByName(name).rpc();
    }

    private void start(String directory) {
        close();
        objects = builder(parent.resolve(directory)).build();
    }

    private DurableObjectsBuilder builder(Path directory) {
        DurableObjectsBuilder builder =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(
                                Vault.VAULT,
                                VaultObject::new,
                                settings -> settings.history(history));
        return TestRuntime.withClock(TestRuntime.withJournalBytes(builder, 256 << 10), () -> now);
    }

    /// Lets all files be an hour older.
    private static void age(Path directory) throws IOException {
        for (Path file : files(directory)) {
            Instant time = Files.getLastModifiedTime(file).toInstant().minusSeconds(3_600);
            Files.setLastModifiedTime(file, FileTime.from(time));
        }
    }

    private static int links(Path file) {
        try {
            return Objects.requireNonNull((Integer) Files.getAttribute(file, "unix:nlink"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }

    private static List<Path> databases(Path directory) throws IOException {
        return new ArrayList<>(NotesDirectory.databases(directory));
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return new ArrayList<>(all.filter(Files::isRegularFile).sorted().toList());
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
