package dev.durableobjects.internal.storage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
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
import java.util.function.Consumer;
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
        private @Nullable IOException failure;
        private boolean failsNames;

        @Override
        public void write(Path file, FileChannel channel, ByteBuffer bytes, long position)
                throws IOException {
            steps.add("write %d at %d".formatted(bytes.remaining(), position));
            Disk.super.write(file, channel, bytes, position);
        }

        @Override
        public void force(Path file, FileChannel channel) throws IOException {
            steps.add("force " + file.getFileName());
            IOException failing = failure;
            if (failing != null) {
                failure = null;
                throw failing;
            }
            channel.force(false);
        }

        @Override
        public void forceNames(@Nullable Path parent) throws IOException {
            steps.add("force names");
            if (failsNames) {
                failsNames = false;
                throw new IOException("disk on fire");
            }
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
            disk.failure = new IOException("disk on fire");
            assertThrows(IOException.class, node.objects()::force);
            assertThat("longer than it should be", Files.size(log), is(greaterThan(4L << 20)));
            addFacts(node, MANY);
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
            disk.failure = new IOException("disk on fire");
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
            disk.failure = new IOException("disk on fire");
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
    void anInterruptBeforeASyncIsNoFailure() throws Exception {
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            addFacts(node, 1);
            Thread.currentThread().interrupt();
            try {
                assertThrows(ClosedByInterruptException.class, node.objects()::force);
            } finally {
                assertThat("interrupted", Thread.interrupted(), is(true));
            }

            node.objects().force();
        }
        assertThat("a log", Files.exists(log), is(false));
    }

    @Test
    void anInterruptInTheMiddleOfASyncIsAFailure() throws Exception {
        LyingDisk disk = new LyingDisk();
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, disk)) {
            addFacts(node, 1);
            disk.failure = new ClosedByInterruptException();
            assertThrows(ClosedByInterruptException.class, node.objects()::force);

            IOException refused = assertThrows(IOException.class, node.objects()::force);

            assertThat(refused.getCause(), instanceOf(ClosedByInterruptException.class));
        }
        assertThat("a log", Files.exists(log), is(true));
    }

    @Test
    void aNameThatMayNotBeDurableIsNotTriedAgain() throws Exception {
        LyingDisk disk = new LyingDisk();
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, disk)) {
            disk.failsNames = true;
            assertThrows(RuntimeException.class, () -> node.register("NOTES", "notes"));
            int steps = disk.steps.size();

            assertThrows(RuntimeException.class, () -> node.register("NOTES", "others"));

            assertThat(disk.steps.size(), is(steps));
        }
    }

    @Test
    void anIndexThatCannotBePutAsideIsNotClosed() throws Exception {
        addToDatabase(1);
        byte[] before = Files.readAllBytes(database);
        LyingDisk disk = new LyingDisk();
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, disk)) {
            addFacts(node, 3);
            Files.createFile(Scratch.aside(database));
            disk.failure = new IOException("disk on fire");
        }

        assertThat("the database", Files.readAllBytes(database), is(before));
        assertThat("the log", Files.size(log), is(greaterThan(0L)));
    }

    @Test
    void twoDatabasesOfOneNameAreFoundAndRefused() throws Exception {
        addToDatabase(1);
        Files.copy(database, Scratch.aside(database));

        assertThat(
                damage(),
                is(
                        List.of(
                                "DAMAGED index.sqlite-aside: there is this file without -aside,"
                                        + " too; a start refuses to choose")));
        try (DataDirectory data = DataDirectory.open(directory)) {
            assertThat(
                    assertThrows(RuntimeException.class, () -> NodeIndex.open(data, Disk.system()))
                            .getMessage(),
                    endsWith(
                            "index.sqlite and index.sqlite-aside: delete the one that"
                                    + " does not count"));
        }
    }

    @Test
    void whatAnEarlierProcessHasLeftIsWrittenAnewBeforeItIsUsed() throws Exception {
        kill(node -> addFacts(node, 1_000));
        byte[] left = Files.readAllBytes(log);
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
        assertThat(disk.steps.stream().limit(expected.size()).toList(), is(expected));
    }

    @Test
    void aLogThatCannotBeWrittenAnewIsAnErrorThatNamesTheDirectory() throws Exception {
        Files.write(log, new byte[1]);
        LyingDisk disk = new LyingDisk();
        disk.failure = new IOException("disk on fire");

        try (DataDirectory data = DataDirectory.open(directory)) {
            assertThat(
                    assertThrows(RuntimeException.class, () -> NodeIndex.open(data, disk))
                            .getMessage(),
                    is("index.sqlite in %s cannot be used: disk on fire".formatted(data.path())));
        }
        assertThat("SQLite had it", Files.exists(database), is(false));
    }

    @Test
    void anIndexThatAKilledProcessHasLeftAsideIsCheckedAndPutBack() throws Exception {
        kill(node -> node.register("NOTES", "key"));
        Files.createDirectory(directory.resolve("objects"));
        Files.move(database, Scratch.aside(database));

        assertThat(damage(), is(empty()));
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

    /// Leaves the files that a process would leave that is killed behind what it does.
    private void kill(Consumer<NodeIndex> work) throws IOException {
        byte[] left;
        byte[] beside;
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            work.accept(node);
            left = Files.readAllBytes(log);
            beside = Files.readAllBytes(database);
        }
        Files.write(log, left);
        Files.write(database, beside);
    }

    /// Returns what is wrong, but for objects, of which there are none here.
    private List<String> damage() throws IOException {
        List<Damage> found = new ArrayList<>();
        DataCheck.run(directory, found::add, (done, total) -> {});
        return found.stream()
                .filter(one -> !one.path().startsWith("objects/"))
                .map(one -> "%s %s: %s".formatted(one.kind(), one.path(), one.message()))
                .toList();
    }

    /// Returns the times until one that are in an index, which must be whole.
    private List<Long> due(long until) throws IOException {
        assertThat(damage(), is(empty()));
        try (DataDirectory data = DataDirectory.open(directory);
                NodeIndex node = NodeIndex.open(data, Disk.system())) {
            return node.objects().due("key", until, MANY).stream().map(Due::wakeAt).toList();
        }
    }
}
