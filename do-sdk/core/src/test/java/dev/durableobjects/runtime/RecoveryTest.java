package dev.durableobjects.runtime;

import static dev.durableobjects.runtime.NotesDirectory.checkIntegrity;
import static dev.durableobjects.runtime.NotesDirectory.copy;
import static dev.durableobjects.runtime.NotesDirectory.database;
import static dev.durableobjects.runtime.NotesDirectory.notes;
import static dev.durableobjects.runtime.NotesDirectory.start;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.internal.journal.FaultyDisk;
import dev.durableobjects.operations.Finding;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.Verification;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a start makes of the files that an earlier process has left.
class RecoveryTest {

    private static final int WRITERS = 6;
    private static final int WRITES = 150;
    private static final int OBJECTS = 20;

    @TempDir private Path parent;

    @Test
    void everyAcknowledgedWriteIsThereAfterAKill() throws IOException, SQLException {
        Path killed = parent.resolve("killed");
        try (DurableObjects objects = start(parent.resolve("alive"))) {
            for (int i = 0; i < 30; i++) {
                notes(objects, "a").write(i, 100);
            }
            copy(objects.directory(), killed);
        }

        assertThat(recovered(killed), is(IntStream.range(0, 30).boxed().toList()));
        checkIntegrity(killed);
    }

    @Test
    void theLogOfAKilledProcessIsIgnored() throws IOException, SQLException {
        Path killed = parent.resolve("killed");
        Path other = parent.resolve("other");
        try (DurableObjects objects = start(parent.resolve("alive"))) {
            notes(objects, "a").write(1, 100);
            copy(objects.directory(), killed);
            notes(objects, "a").write(2, 100);
            copy(objects.directory(), other);
        }
        Files.copy(log(other), log(killed), StandardCopyOption.REPLACE_EXISTING);

        assertThat("the journal does not have the second", recovered(killed), contains(1));
        checkIntegrity(killed);
    }

    @Test
    void aNewDatabaseThatThePowerTookIsInTheJournalAsAWhole() throws IOException, SQLException {
        Path killed = parent.resolve("killed");
        try (DurableObjects objects = start(parent.resolve("alive"))) {
            notes(objects, "a").write(1, 9_000);
            copy(objects.directory(), killed);
        }
        Files.delete(log(killed));
        Files.delete(database(killed));

        assertThat(recovered(killed), contains(1));
        checkIntegrity(killed);
    }

    @Test
    void aDatabaseThatWasPutAsideIsPutBack() throws IOException {
        Path directory = parent.resolve("data");
        try (DurableObjects objects = start(directory)) {
            notes(objects, "a").write(1, 100);
        }
        Path database = database(directory);
        Files.move(database, database.resolveSibling(database.getFileName() + "-aside"));

        assertThat(recovered(directory), contains(1));
    }

    @Test
    void deletingEverythingIsInTheJournal() throws IOException, SQLException {
        Path killed = parent.resolve("killed");
        try (DurableObjects objects = start(parent.resolve("alive"))) {
            notes(objects, "a").write(1, 200_000);
            notes(objects, "a").deleteEverything();
            copy(objects.directory(), killed);
        }

        assertThat(recovered(killed), is(empty()));
        checkIntegrity(killed);
        assertThat("its pages are given back", Files.size(database(killed)), is(lessThan(50_000L)));
    }

    @Test
    void aFailedDiskLosesNothingThatWasAcknowledged() throws IOException, SQLException {
        Path directory = parent.resolve("data");
        FaultyDisk disk = new FaultyDisk();
        try (DurableObjects objects = start(directory, disk)) {
            notes(objects, "a").write(1, 100);
            disk.failWrites("No space left on device");
            assertThrows(DurableObjectException.class, () -> notes(objects, "a").write(2, 100));
            disk.failWrites("");
            assertThrows(DurableObjectException.class, () -> notes(objects, "a").read());
            assertThrows(DurableObjectException.class, () -> notes(objects, "b").write(1, 1));
        }

        assertThat(recovered(directory), contains(1));
        checkIntegrity(directory);
    }

    @Test
    void aDamagedJournalIsRefusedByName() throws IOException {
        Path directory = parent.resolve("data");
        try (DurableObjects objects = start(directory)) {
            notes(objects, "a").write(1, 100);
            notes(objects, "a").write(2, 100);
        }
        Path journal = directory.resolve("journal").resolve("0000000000000001.journal");
        byte[] content = Files.readAllBytes(journal);
        content[300] ^= 1;
        Files.write(journal, content);

        Exception refused = assertThrows(Exception.class, () -> start(directory));

        assertThat(String.valueOf(refused.getCause()), containsString(journal.toString()));
        content[300] ^= 1;
        Files.write(journal, content);
        assertThat("the directory is free again", recovered(directory), contains(1, 2));
    }

    @Test
    void oldFilesAreFreedWhileWritersWriteAndNothingIsLost() throws Exception {
        Path directory = parent.resolve("data");
        Path killed = parent.resolve("killed");
        ConcurrentMap<String, List<Integer>> written = new ConcurrentHashMap<>();
        try (DurableObjects objects = start(directory)) {
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                writers.add(Thread.ofVirtual().start(() -> writeMany(objects, writer, written)));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            while (segments(directory) > 24) {
                Thread.onSpinWait();
            }
            copy(objects.directory(), killed);
        }

        for (Path left : List.of(directory, killed)) {
            assertThat("the first was freed", Files.exists(segment(left, 1)), is(false));
            try (DurableObjects objects = start(left)) {
                written.forEach((name, numbers) ->
                        assertThat(name, notes(objects, name).read(), is(sorted(numbers))));
            }
            checkIntegrity(left);
        }
    }

    @Test
    void nobodyElseGetsIntoADatabaseThatWasWritten() throws Exception {
        Path directory = parent.resolve("data");
        try (DurableObjects objects = start(directory)) {
            notes(objects, "a").write(1, 100);
            for (int i = 0; i < 40; i++) { // The files of the journal are freed meanwhile.
                notes(objects, "a").write(i, 90_000);
            }
            Process other = ChildJvm.start(OutsideReader.class, database(directory).toString());

            String said = new String(other.getInputStream().readAllBytes(), ChildJvm.CHARSET);

            assertThat(other.waitFor(), is(0));
            assertThat(said, containsString("SQLITE_BUSY"));
        }
    }

    @Test
    void aDirectoryOfAnotherProcessIsRefusedByTheNameOfThatProcess() throws Exception {
        Path directory = parent.resolve("data");
        Process holder = ChildJvm.start(CrashChild.class, directory.toString(), "0");
        try (BufferedReader lines = holder.inputReader(ChildJvm.CHARSET)) {
            assertThat("what it has written", lines.readLine(), is(notNullValue()));

            IllegalStateException refused =
                    assertThrows(IllegalStateException.class, () -> start(directory));

            assertThat(
                    refused.getMessage(), containsString("is in use by process " + holder.pid()));
        } finally {
            holder.toHandle().destroyForcibly();
            holder.waitFor();
        }
        start(directory).close();
    }

    @Test
    void aDirectoryWithoutAJournalIsConverted() throws IOException, SQLException {
        Path made = parent.resolve("made");
        Path directory = parent.resolve("data");
        Path killed = parent.resolve("killed");
        try (DurableObjects objects = start(made)) {
            notes(objects, "a").write(1, 100);
        }
        copy(made.resolve("objects"), directory.resolve("objects"));
        Files.copy(made.resolve("index.sqlite"), directory.resolve("index.sqlite"));
        Files.writeString(directory.resolve("format"), "durable-objects 1 wal\n");
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + database(directory));
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_autocheckpoint = 0");
            statement.execute("INSERT INTO bodies VALUES (2, x'00')");
            statement.execute("INSERT INTO numbers VALUES (2)");
            copy(directory, killed);
        }

        assertThat(recovered(killed), contains(1, 2));
        assertThat(Files.readString(killed.resolve("format")), is("durable-objects 2 journal\n"));
        assertThat(Verification.run(killed, Progress.none()).findings(), is(List.<Finding>of()));
    }

    private static void writeMany(
            DurableObjects objects, int writer, ConcurrentMap<String, List<Integer>> written) {
        for (int i = 0; i < WRITES; i++) {
            int number = writer * WRITES + i;
            String name = "n" + number % OBJECTS;
            notes(objects, name).write(number, 2_000);
            written.computeIfAbsent(name, key -> new CopyOnWriteArrayList<>()).add(number);
        }
    }

    private static List<Integer> sorted(List<Integer> numbers) {
        return numbers.stream().sorted().toList();
    }

    private static List<Integer> recovered(Path directory) {
        try (DurableObjects objects = start(directory)) {
            assertThat(notes(objects, "a").halves(), is(0));
            return notes(objects, "a").read();
        }
    }

    private static Path log(Path directory) throws IOException {
        Path database = database(directory);
        return database.resolveSibling(database.getFileName() + "-wal");
    }

    private static Path segment(Path directory, int number) {
        return directory.resolve("journal").resolve("%016d.journal".formatted(number));
    }

    private static long segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("journal"))) {
            return files.count();
        }
    }
}
