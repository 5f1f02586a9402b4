package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.internal.journal.Damage;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.JournalIndex.Fact;
import dev.durableobjects.internal.journal.Scratch;
import dev.durableobjects.internal.storage.ObjectIndex.Due;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What of the index's log is durable, and what gets into the database.
@Timeout(60)
class IndexLogTest {

    private static final int MANY = 60_000;
    private static final long SOON = 10;

    @TempDir private Path directory;

    private Path database;
    private Path log;

    @BeforeEach
    void nameTheFiles() {
        database = directory.resolve("index.sqlite");
        log = Scratch.wal(database);
    }

    /// A disk that fails once, says that all is well when it is asked again, and tells what it did.
    private static final class LyingDisk implements Disk {

        private final List<String> steps = new ArrayList<>();
        private boolean fails;

        @Override
        public void write(Path file, FileChannel channel, ByteBuffer bytes, long position)
                throws IOException {
            steps.add("write %d at %d".formatted(bytes.remaining(), position));
            Disk.super.write(file, channel, bytes, position);
        }

        @Override
        public void force(Path file, FileChannel channel) throws IOException {
            steps.add("force " + file.getFileName());
            if (fails) {
                fails = false;
                throw new IOException("disk on fire");
            }
            channel.force(false);
        }

        @Override
        public void forceNames(@Nullable Path parent) {
            steps.add("force names");
        }
    }

    @Test
    void aLogWhoseSyncHasFailedIsNotMovedIntoTheDatabase() throws Exception {
        addToDatabase(1_000);
        byte[] before = Files.readAllBytes(database);
        byte[] durable;
        LyingDisk disk = new LyingDisk();
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, disk)) {
            addFacts(node, 1_001);
            node.objects().force();
            durable = Files.readAllBytes(log);
            addFacts(node, MANY);
            disk.fails = true;
            assertThrows(IOException.class, node.objects()::force);
            addFacts(node, MANY); // The log is longer than it should become.
            node.objects().close();
        }
        assertThat("the database", Files.readAllBytes(database), is(before));

        Files.write(log, durable); // The power is lost.

        assertThat(due(MANY).size(), is(1_001));
    }

    @Test
    void aLogWhoseSyncHasFailedIsStillThereForTheNextStart() throws Exception {
        LyingDisk disk = new LyingDisk();
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, disk)) {
            addFacts(node, 3);
            disk.fails = true;
        } // What is not durable by then is forced here.
        assertThat("a log", Files.exists(log), is(true));

        assertThat(due(SOON), is(List.of(1L, 2L, 3L)));
    }

    @Test
    void aSyncThatHasFailedIsNotTriedAgain() throws Exception {
        int steps;
        LyingDisk disk = new LyingDisk();
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, disk)) {
            addFacts(node, 1);
            disk.fails = true;
            assertThrows(IOException.class, node.objects()::force);
            steps = disk.steps.size();

            assertThat(
                    assertThrows(IOException.class, node.objects()::force).getMessage(),
                    containsString("index.sqlite-wal has failed"));
            assertThat(
                    assertThrows(RuntimeException.class, () -> node.register("NOTES", "notes"))
                            .getMessage(),
                    containsString("cannot write the node's index"));
            node.objects().close();
        }

        assertThat(disk.steps.size(), is(steps));
    }

    @Test
    void anInterruptIsNoFailure() throws Exception {
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            addFacts(node, 1);
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class, node.objects()::force);
            assertThat("interrupted", Thread.interrupted(), is(true));

            node.objects().force();
        }
        assertThat("a log", Files.exists(log), is(false));
    }

    @Test
    void whatAnEarlierProcessHasLeftIsWrittenAnewBeforeItIsUsed() throws Exception {
        byte[] left;
        byte[] beside;
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            addFacts(node, 1_000);
            left = Files.readAllBytes(log);
            beside = Files.readAllBytes(database);
        }
        Files.write(log, left); // The process was killed.
        Files.write(database, beside);
        LyingDisk disk = new LyingDisk();

        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, disk)) {
            assertThat(node.objects().next("key", SOON), is(Optional.of(SOON + 1)));
        }

        List<String> expected = new ArrayList<>();
        for (int at = 0; at < left.length; at += 64 << 10) {
            expected.add("write %d at %d".formatted(Math.min(64 << 10, left.length - at), at));
        }
        expected.add("force index.sqlite-wal");
        expected.add("force names");
        assertThat(disk.steps.subList(0, expected.size()), is(expected));
    }

    @Test
    void aLogThatCannotBeWrittenAnewIsAnErrorThatNamesTheDirectory() throws Exception {
        Files.write(log, new byte[1]);
        LyingDisk disk = new LyingDisk();
        disk.fails = true;

        try (DataDirectory data = DataDirectory.open(directory)) {
            assertThat(
                    assertThrows(RuntimeException.class, () -> NodeIndex.open(data, disk))
                            .getMessage(),
                    is("index.sqlite in %s cannot be used: disk on fire".formatted(data.path())));
        }
    }

    @Test
    void anIndexThatAKilledProcessHasLeftAsideIsCheckedAndPutBack() throws Exception {
        byte[] left;
        byte[] beside;
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            node.register("NOTES", "key");
            left = Files.readAllBytes(log);
            beside = Files.readAllBytes(database);
        }
        Files.createDirectory(directory.resolve("objects"));
        Files.write(log, left);
        Files.delete(database);
        Files.write(Scratch.aside(database), beside);

        List<Damage> found = new ArrayList<>();
        DataCheck.run(directory, found::add, (done, total) -> {});

        assertThat(found, is(empty()));
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.openKnown(data, Disk.system())) {
            assertThat(node.uniqueKey("NOTES"), is(Optional.of("key")));
        }
        assertThat("aside", Files.exists(Scratch.aside(database)), is(false));
    }

    private void addToDatabase(int many) {
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            addFacts(node, many);
        }
    }

    private static void addFacts(NodeIndex node, int many) {
        node.objects().add(IntStream.rangeClosed(1, many).mapToObj(IndexLogTest::fact).toList());
        node.objects().apply();
    }

    private static Fact fact(int object) {
        String file = "objects/key/00/%064d.sqlite".formatted(object);
        return new Fact(file, Optional.of("name " + object), new Wake(object));
    }

    /// Returns the times until one that are in an index, which must be whole.
    private List<Long> due(long until) throws IOException {
        List<Damage> found = new ArrayList<>();
        DataCheck.run(directory, found::add, (done, total) -> {});
        found.removeIf(one -> one.path().startsWith("objects/")); // There are no objects here.
        assertThat(found, is(empty()));
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            return node.objects().due("key", until, MANY).stream().map(Due::wakeAt).toList();
        }
    }
}
