package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.json.Json;
import dev.durableobjects.operations.Backup;
import dev.durableobjects.operations.Backups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a backup holds, what it shares with the one before, and what a restore makes of it.
@Timeout(120)
class BackupTest {

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
    void aBackupIsNamedAfterItsTimeAndLeavesNothingElse() throws IOException {
        world.vault("a").add(1);

        Backup backup = world.backup();
        Backup next = world.backup();

        assertThat(
                BackupWorld.names(parent.resolve("backups")),
                contains("2026-11-23T23-30-00.123Z", "2026-11-23T23-30-00.124Z"));
        assertThat(backup.directory().getFileName().toString(), is("2026-11-23T23-30-00.123Z"));
        assertThat(next.time(), is(world.now().plusMillis(1)));
        assertThat(backup.files(), is((long) BackupWorld.files(backup.directory()).size() - 1));
        String json = Files.readString(backup.directory().resolve("backup.json"));
        Listed listed = Json.read(json, Listed.class);
        assertThat((long) listed.files().size(), is(backup.files()));
        assertThat(listed.position(), is(backup.position()));
    }

    /// What any tool reads in a backup's list.
    record Listed(int version, Instant time, long position, List<Map<String, Object>> files) {}

    @Test
    void theRestoredDirectoryIsThatOfTheBackupsMoment() throws IOException {
        world.vault("a").add(1);
        Backup backup = world.backup();
        world.vault("a").add(2);

        List<String> told = new ArrayList<>();
        Backup restored =
                Backups.restore(
                        backup.directory(),
                        parent.resolve("restored"),
                        (what, done, total) -> told.add(done + " " + what + " of " + total));

        assertThat(restored, is(backup));
        String all = "%d bytes of %d".formatted(backup.bytes(), backup.bytes());
        assertThat(told, hasItem(all));
        world.start("restored");
        assertThat(world.vault("a").numbers(), contains(1));
    }

    @Test
    void whatHasNotChangedIsTheSameFile() throws IOException {
        for (int i = 0; i < 5; i++) {
            world.vault("o" + i).add(1);
            world.vault("o" + i).fill(100_000);
        }
        world.start("data");
        world.backup();
        BackupWorld.age(parent.resolve("data"));
        Backup whole = world.backup();
        world.vault("o3").add(2);
        world.start("data"); // Until it leaves memory, only the journal has it.

        Backup next = world.backup();

        assertThat(next.copiedBytes(), is(lessThan(next.bytes() / 2)));
        List<Path> shared = BackupWorld.databases(next.directory());
        shared.removeIf(file -> BackupWorld.links(file) == 1);
        assertThat(
                "all but one",
                shared.size(),
                is(BackupWorld.databases(next.directory()).size() - 1));
        BackupWorld.delete(whole.directory());
        world.restore(next);
        assertThat(world.vault("o3").numbers(), contains(1, 2));
        assertThat(world.vault("o4").numbers(), contains(1));
    }

    @Test
    void aFileThatTheBackupBeforeHasLostIsCopied() throws IOException {
        world.vault("a").add(1);
        world.start("data");
        world.backup();
        BackupWorld.age(parent.resolve("data"));
        Backup damaged = world.backup();
        Files.delete(BackupWorld.databases(damaged.directory()).getFirst());

        world.restore(world.backup());

        assertThat(world.vault("a").numbers(), contains(1));
    }

    @Test
    void aDatabaseThatIsPutAsideIsInTheBackup() throws IOException {
        world.vault("a").add(1);
        world.vault("b").add(1);
        world.close();
        Path database = BackupWorld.databases(parent.resolve("data")).getFirst();
        Files.move(database, Path.of(database + "-aside"));
        world.start("data");

        Backup backup = world.backup();

        assertThat(BackupWorld.databases(backup.directory()).size(), is(2));
        world.restore(backup);
        assertThat(world.vault("a").numbers(), contains(1));
        assertThat(world.vault("b").numbers(), contains(1));
    }

    @Test
    void aRestoreThatWaitsHappensAndOneThatWasCarriedOutDoesNotComeBack() throws IOException {
        world.vault("waits").add(1);
        world.vault("is done").add(1);
        Bookmark waits = world.vault("waits").bookmark();
        Bookmark isDone = world.vault("is done").bookmark();
        world.vault("waits").add(2);
        world.vault("is done").add(2);
        world.vault("waits").restore(waits);
        world.vault("is done").restore(isDone);
        world.reset("is done");
        world.vault("is done").add(3);

        world.restore(world.backup());

        assertThat(world.vault("waits").numbers(), contains(1));
        assertThat(world.vault("is done").numbers(), contains(1, 3));
    }

    @Test
    void whatWasIsThereToo() throws IOException {
        world.vault("a").add(1);
        Bookmark first = world.vault("a").bookmark();
        world.vault("a").add(2);
        for (int i = 0; i < 60; i++) { // Files of the journal become history, and are sorted.
            world.vault("b").fill(20_000);
        }
        Backup backup = world.backup();
        world.vault("a").add(3);
        Bookmark later = world.vault("a").bookmark();

        world.restore(backup);

        BookmarkException refused =
                assertThrows(BookmarkException.class, () -> world.vault("a").restore(later));
        assertThat(refused.reason(), is(BookmarkException.Reason.FUTURE));
        world.vault("a").restore(first);
        world.reset("a");
        assertThat(world.vault("a").numbers(), contains(1));
    }

    @Test
    void withoutHistoryThereIsABackup() throws IOException {
        world.keep(Duration.ZERO);
        world.start("no history");
        world.vault("a").add(1);
        for (int i = 0; i < 60; i++) {
            world.vault("b").fill(20_000);
        }

        world.restore(world.backup());

        assertThat(world.vault("a").numbers(), contains(1));
    }

    @Test
    void alarmsRunAfterwardsAndNamesAreKnown() throws Exception {
        world.vault("sleeper").wake(world.now().plusSeconds(600));
        awaitFreed(parent.resolve("data"));
        Backup backup = world.backup();
        world.close();
        world.pass(Duration.ofSeconds(700));

        world.restore(backup);

        assertThat(world.woken(), is(Optional.of("sleeper")));
    }

    /// The journal does not know the alarm any more, so only the index does.
    private void awaitFreed(Path directory) {
        while (Files.exists(directory.resolve("journal/0000000000000001.journal"))) {
            world.vault("b").fill(20_000);
        }
    }
}
