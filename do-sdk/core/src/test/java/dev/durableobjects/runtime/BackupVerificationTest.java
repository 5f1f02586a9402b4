package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.operations.Backups;
import dev.durableobjects.operations.Finding;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A verification finds everything for which a restore refuses a backup.
@Timeout(120)
class BackupVerificationTest {

    @TempDir private Path parent;
    private BackupWorld world;
    private Path backup;

    @BeforeEach
    void make() {
        world = new BackupWorld(parent);
        world.start("data");
        world.vault("a").add(1);
        Bookmark first = world.vault("a").bookmark();
        for (int i = 0; i < 60; i++) {
            world.vault("b").fill(20_000);
        }
        world.vault("a").restore(first);
        backup = world.backup().directory();
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aBackupIsHealthyAndAllOfItIsReadTwice() {
        List<Long> steps = new ArrayList<>();
        List<Long> totals = new ArrayList<>();

        assertThat(
                Verification.run(
                                backup,
                                (what, done, total) -> {
                                    steps.add(done);
                                    totals.add(total);
                                })
                        .findings(),
                is(empty()));

        assertThat(steps, is(steps.stream().sorted().toList()));
        assertThat(steps.getLast(), is(totals.getLast()));
    }

    @Test
    void aFileThatIsNotWhatWasBackedUpIsFound() throws IOException {
        List<Path> files = BackupWorld.files(backup);
        files.remove(backup.resolve("backup.json"));

        for (Path file : files) {
            String name = backup.relativize(file).toString();
            byte[] content = Files.readAllBytes(file);
            content[content.length - 1] ^= 1;
            Files.write(file, content);
            assertFound(Finding.Kind.DAMAGED, name);
            content[content.length - 1] ^= 1;
            Files.write(file, Arrays.copyOf(content, content.length - 1));
            assertFound(Finding.Kind.DAMAGED, name);
            Files.delete(file);
            assertFound(Finding.Kind.MISSING, name);
            Files.write(file, content);
        }
        assertThat(findings(backup), is(empty()));
        Files.writeString(backup.resolve("lock"), "process 1\n");
        assertFound(Finding.Kind.FOREIGN, "lock");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"files\":[\n",
                "{\"version\":2,\"count\":0}",
                "{\"version\":1,\"count\":0}",
                "{\"files\":[\n{\"path\":\"../x\",\"bytes\":1,\"modified\":0,\"crc32c\":\"0\"}\n]}"
            })
    void aListThatCannotBeReadIsFound(String list) throws IOException {
        Files.writeString(backup.resolve("backup.json"), list);

        assertFound(Finding.Kind.DAMAGED, "backup.json");
    }

    @Test
    void aListThatIsCutOrMissingIsFound() throws IOException {
        Path list = backup.resolve("backup.json");
        String content = Files.readString(list);

        Files.writeString(list, content.substring(0, content.length() / 2));
        assertFound(Finding.Kind.DAMAGED, "backup.json");
        Files.delete(list);
        assertFound(Finding.Kind.MISSING, "backup.json");
    }

    @Test
    void whatIsLeftOfABackupIsNoReasonToFail() throws IOException {
        for (Path file : BackupWorld.files(backup)) {
            if (!file.endsWith("backup.json")) {
                Files.delete(file);
            }
        }
        BackupWorld.delete(backup.resolve("journal"));

        assertFound(Finding.Kind.MISSING, "format");
    }

    @Test
    void anUnfinishedBackupIsToldFromADamagedOne() throws IOException {
        Path unfinished = parent.resolve("backups").resolve(backup.getFileName() + ".new");
        Files.move(backup, unfinished);

        List<Finding> findings = findings(unfinished);

        assertThat(findings.stream().map(Finding::path).toList(), contains("backup.json"));
        assertThat(findings.getFirst().message(), containsString("next one in the same directory"));
    }

    @Test
    void aDirectoryThatIsHalfRestoredIsAFindingOfItsOwn() throws IOException {
        Path killed = parent.resolve("killed");
        assertThrows(
                IllegalStateException.class,
                () ->
                        Backups.restore(
                                backup,
                                parent.resolve("half"),
                                (what, done, total) -> {
                                    NotesDirectory.copy(parent.resolve("half"), killed);
                                    throw new IllegalStateException("the process is killed");
                                }));

        Finding first = findings(killed).getFirst();

        assertThat(first.path(), is("format"));
        assertThat(first.message(), containsString("restore the backup again"));
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> world.builder(killed).build());
        assertThat(refused.getMessage(), containsString("restore the backup again"));
    }

    @Test
    void aRestoredDirectoryMayHaveTheNameOfABackupOnceItIsUsed() {
        Path restored = parent.resolve("elsewhere").resolve(backup.getFileName());
        Backups.restore(backup, restored, Progress.none());
        world.start("elsewhere/" + backup.getFileName());
        world.close();

        assertThat(findings(restored), is(empty()));
    }

    /// A restore must refuse it, too.
    private void assertFound(Finding.Kind kind, String path) {
        List<String> found =
                findings(backup).stream().map(one -> one.kind() + " " + one.path()).toList();
        assertThat(found, hasItem(kind + " " + path));
        assertThrows(
                RuntimeException.class,
                () -> Backups.restore(backup, parent.resolve("refused"), Progress.none()));
    }

    private static List<Finding> findings(Path directory) {
        return Verification.run(directory, Progress.none()).findings();
    }
}
