package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.operations.Backup;
import dev.durableobjects.operations.Backups;
import dev.durableobjects.operations.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is refused of backups, and what becomes of them when something fails.
@Timeout(120)
class BackupFaultTest {

    @TempDir private Path parent;
    private BackupWorld world;

    @BeforeEach
    void start() {
        world = new BackupWorld(parent);
        world.start("data");
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aBackupIsRestoredIntoNothingOnly() throws IOException {
        world.vault("a").add(1);
        Backup backup = world.backup();

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
        assertThat("restored", Files.exists(parent.resolve("restored")), is(false));
        Path empty = Files.createDirectory(parent.resolve("empty"));
        Backups.restore(backup.directory(), empty, Progress.none());
        world.start("empty");
        assertThat(world.vault("a").numbers(), contains(1));
    }

    @Test
    void aBackupItselfIsNotADirectoryToStartWith() {
        world.vault("a").add(1);
        Path backup = world.backup().directory();

        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> world.builder(backup).build());

        assertThat(refused.getMessage(), containsString("is a backup and may share its files"));
        assertThat("lock", Files.exists(backup.resolve("lock")), is(false));
    }

    @Test
    void aHalfRestoredDirectoryIsRefused() throws IOException {
        world.vault("a").add(1);
        Backup backup = world.backup();
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
                        () -> world.builder(parent.resolve("killed")).build());
        assertThat(refused.getMessage(), containsString("a backup that is half restored"));
        assertThat("who can, cleans up", BackupWorld.names(half), is(empty()));
    }

    @Test
    void damageIsFoundAndNamed() throws IOException {
        world.vault("a").add(1);
        Bookmark first = world.vault("a").bookmark();
        for (int i = 0; i < 60; i++) {
            world.vault("b").fill(20_000);
        }
        world.vault("a").restore(first);
        Path backup = world.backup().directory();
        List<Path> files = BackupWorld.files(backup);
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
        assertThat(
                "nothing is left",
                Files.exists(left) ? BackupWorld.names(left) : List.of(),
                is(empty()));
        return String.valueOf(refused.getMessage());
    }

    @Test
    void aFullDiskLeavesTheNodeAndTheBackupsBeforeAsTheyWere() throws IOException {
        Path target = parent.resolve("backups");
        SmallDisk disk = new SmallDisk(target);
        world.start("data", disk);
        world.vault("a").add(1);
        Backup before = world.backup();
        world.vault("a").add(2);

        disk.free(1_000);
        UncheckedIOException low = assertThrows(UncheckedIOException.class, world::backup);
        disk.free(Long.MAX_VALUE);
        disk.fail();
        UncheckedIOException full = assertThrows(UncheckedIOException.class, world::backup);

        assertThat(low.getMessage(), containsString("1000 bytes are free on the disk of"));
        assertThat(full.getMessage(), containsString("No space left on device"));
        assertThat(
                BackupWorld.names(target), contains(before.directory().getFileName().toString()));
        assertThat(world.objects().health().problems(), is(empty()));
        world.vault("a").add(3);
        assertThat(world.vault("a").numbers(), contains(1, 2, 3));
        world.restore(before);
        assertThat(world.vault("a").numbers(), contains(1));
    }

    @Test
    void aFullDiskOfTheDataIsToldFromThatOfTheBackups() throws IOException {
        SmallDisk disk = new SmallDisk(parent.resolve("data"));
        world.start("data", disk);
        world.vault("a").add(1);
        Files.writeString(parent.resolve("backups"), "in the way");

        disk.free(1_000);
        UncheckedIOException failed = assertThrows(UncheckedIOException.class, world::backup);

        assertThat(
                failed.getMessage(),
                is(
                        ("there is no backup in %s: there is a file already: %s; 1000 bytes are"
                                        + " free on the disk of %s")
                                .formatted(
                                        parent.resolve("backups"),
                                        parent.resolve("backups"),
                                        parent.resolve("data").toRealPath())));
    }

    /// Nobody can open a link to itself, not even the system's administrator.
    @ParameterizedTest
    @ValueSource(strings = {"history/begun", "history/objects", "history/segments", "objects"})
    void whatCannotBeReadIsNotLeftOut(String name) throws IOException {
        world.vault("a").add(1);
        Path hidden = parent.resolve("data").resolve(name);
        Path elsewhere = parent.resolve("elsewhere");
        if (Files.exists(hidden)) {
            Files.move(hidden, elsewhere);
        }
        Files.createSymbolicLink(hidden, hidden);

        UncheckedIOException failed = assertThrows(UncheckedIOException.class, world::backup);

        assertThat(failed.getMessage(), startsWith("there is no backup in "));
        assertThat(failed.getMessage(), containsString("/data/" + name));
        assertThat(BackupWorld.names(parent.resolve("backups")), is(empty()));
    }

    @Test
    void whatAnInterruptedBackupHasLeftIsDeletedByTheNext() throws IOException {
        world.vault("a").add(1);
        Path left = parent.resolve("backups/2026-11-22T00-00-00.000Z.new/objects");
        Files.createDirectories(left);
        Files.writeString(left.resolve("half"), "?");
        Files.createDirectories(parent.resolve("backups/mine.new"));

        world.backup();

        assertThat(
                BackupWorld.names(parent.resolve("backups")),
                contains("2026-11-23T23-30-00.123Z", "mine.new"));
    }

    @Test
    void oneIsMadeAtATimeAndHealthSaysWhatTheJournalWaitsFor() {
        world.vault("a").add(1);
        List<String> found = new ArrayList<>();

        world.objects()
                .operations()
                .backup(
                        parent.resolve("backups"),
                        (what, done, total) -> {
                            if (found.isEmpty()) {
                                found.add(
                                        assertThrows(IllegalStateException.class, world::backup)
                                                .getMessage());
                                while (world.objects().health().problems().isEmpty()) {
                                    world.vault("b").fill(20_000);
                                }
                                found.add(world.objects().health().problems().getFirst().message());
                            }
                        });

        assertThat(found.get(0), containsString("a backup of this data directory is under way"));
        assertThat(found.get(1), containsString("its oldest file waits for: a backup"));
        while (!world.objects().health().problems().isEmpty()) {
            world.vault("b").fill(20_000);
        }
    }

    @Test
    void anObjectCannotWaitForABackupThatWaitsForIt() {
        world.vault("a").add(1);

        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> world.vault("a").backup());

        assertThat(refused.getMessage(), containsString("it cannot be called inside of"));
        assertThat(world.backup().position(), is(greaterThan(0L)));
    }

    @Test
    void backupsLieOutsideOfTheDataDirectory() {

        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                world.objects()
                                        .operations()
                                        .backup(parent.resolve("data/backups"), Progress.none()));

        assertThat(refused.getMessage(), containsString("must lie outside of the data directory"));
        assertThat("backups", Files.exists(parent.resolve("data/backups")), is(false));
    }
}
