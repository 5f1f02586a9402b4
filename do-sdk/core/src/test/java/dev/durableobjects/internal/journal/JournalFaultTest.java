package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.change;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static dev.durableobjects.internal.journal.TestJournals.open;
import static dev.durableobjects.internal.journal.TestJournals.recovered;
import static dev.durableobjects.internal.journal.TestJournals.segments;
import static dev.durableobjects.internal.journal.TestJournals.whole;
import static dev.durableobjects.internal.journal.TestJournals.write;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.storage.DataDirectory;
import dev.durableobjects.internal.storage.DirectoryInUseException;
import dev.durableobjects.spi.CommitFailedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of the files of the journal when the disk fails under a database, or hangs.
@Timeout(60)
class JournalFaultTest {

    private static final int BYTES_MAX = 16 << 10;

    @TempDir private Path root;

    @BeforeEach
    void writeTwoObjects() throws IOException {
        try (Journal journal = open(root)) {
            write(journal, whole(1, 42));
            write(journal, whole(2, 1));
        }
    }

    @Test
    void aFailedSyncOfADatabaseKeepsEveryFileUntilTheNextStart() throws IOException {
        ForgetfulDisk disk = new ForgetfulDisk(root.resolve(file(1)));
        try (Journal journal = open(root, disk, BYTES_MAX)) {
            writeUntilStuck(journal);
            writeFiles(journal, 3);

            assertThat(segments(root), hasItem(1L));
            assertThat(journal.state().obstacle(), containsString("until the next start"));
        }
        disk.losePower();

        assertThat(recovered(root, 1), is(42));
    }

    @Test
    void aFailedSyncOfADirectoryKeepsEveryFileUntilTheNextStart() throws IOException {
        AtomicBoolean isBroken = new AtomicBoolean(true);
        Disk disk =
                new Disk() {
                    @Override
                    public void forceNames(@Nullable Path directory) throws IOException {
                        if (root.equals(directory) && isBroken.getAndSet(false)) {
                            throw new IOException("disk on fire");
                        }
                        Disk.super.forceNames(directory);
                    }
                };
        try (Journal journal = open(root, disk, BYTES_MAX)) {
            writeUntilStuck(journal);
            writeFiles(journal, 3);
        }

        assertThat(segments(root), hasItem(1L));
        assertThat(recovered(root, 1), is(42));
    }

    @Test
    void aFailureBehindTheEndOfAFileHarmsNothing() throws IOException {
        AtomicBoolean isDeleted = new AtomicBoolean();
        Disk disk =
                new Disk() {
                    @Override
                    public void delete(Path file) throws IOException {
                        Disk.super.delete(file);
                        isDeleted.set(true);
                    }

                    @Override
                    public void forceNames(@Nullable Path directory) throws IOException {
                        if (isDeleted.getAndSet(false)) {
                            throw new IOException("too many open files");
                        }
                        Disk.super.forceNames(directory);
                    }
                };
        try (Journal journal = open(root, disk, BYTES_MAX)) {
            writeUntilStuck(journal);
            writeFiles(journal, 1);
        }

        assertThat(recovered(root, 1), is(42));
    }

    @Test
    void anErrorWhileAFileIsFreedEndsNoThread() throws IOException {
        AtomicBoolean isFull = new AtomicBoolean(true);
        Disk disk =
                new Disk() {
                    @Override
                    public void force(Path file, FileChannel channel) throws IOException {
                        if (file.toString().endsWith(".sqlite") && isFull.getAndSet(false)) {
                            throw new OutOfMemoryError("a test");
                        }
                        Disk.super.force(file, channel);
                    }
                };
        Journal journal = open(root, disk, BYTES_MAX);
        writeUntilStuck(journal);

        journal.close();

        assertThat(journal.hasEnded(), is(true));
        assertThat(recovered(root, 1), is(42));
    }

    @Test
    void aSyncThatHangsAtTheEndIsTheLast() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        Journal journal = impatient(disk);
        disk.hold();
        journal.append(change(1, 2));
        disk.awaitHeld();
        journal.append(change(1, 3));

        assertThrows(CommitFailedException.class, journal::close);

        assertThat("somebody still writes", journal.hasEnded(), is(false));
        disk.release();
        awaitEnd(journal);
        assertThat("3 was never acknowledged, nor written", recovered(root, 1), is(2));
    }

    @Test
    void aDatabaseWhoseSyncHangsAtTheEndKeepsItsFile() throws Exception {
        HangingDisk disk = new HangingDisk();
        Journal journal = open(root, disk, 1);
        disk.reached.await();

        journal.close();

        assertThat("somebody still frees", journal.hasEnded(), is(false));
        disk.held.countDown();
        awaitEnd(journal);
        assertThat(segments(root), hasItem(1L));
        assertThat(recovered(root, 1), is(42));
    }

    @Test
    void theDirectoryIsLetGoWhenItsDiskAnswers() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        DataDirectory directory = DataDirectory.open(root);
        Journal journal = impatient(disk);
        disk.hold();
        journal.append(change(1, 2));
        disk.awaitHeld();
        assertThrows(CommitFailedException.class, journal::close);

        directory.closeBehind(journal);

        assertThrows(DirectoryInUseException.class, () -> DataDirectory.open(root));
        disk.release();
        while (!canOpen(root)) {
            Thread.onSpinWait();
        }
    }

    private static boolean canOpen(Path root) {
        try (DataDirectory again = DataDirectory.open(root)) {
            return Files.isDirectory(again.path());
        } catch (DirectoryInUseException e) {
            return false;
        }
    }

    /// Opens a journal that waits a second for its disk.
    private Journal impatient(Disk disk) throws IOException {
        return new Journal(
                root,
                disk,
                Waiting.system(),
                () -> Instant.EPOCH,
                1,
                1 << 20,
                HistoryRules.off(),
                JournalIndex.none());
    }

    private static void writeUntilStuck(Journal journal) {
        for (int value = 0; !journal.state().isStuck(); value = (value + 1) % 100) {
            write(journal, change(2, value));
        }
    }

    /// Goes on until there are more files: whoever frees has been woken, and has had time.
    private void writeFiles(Journal journal, int count) throws IOException {
        long end = segments(root).getLast() + count;
        for (int value = 0; segments(root).getLast() < end; value = (value + 1) % 100) {
            write(journal, change(2, value));
        }
        assertThat(journal.state().bytes(), greaterThan((long) BYTES_MAX));
    }

    private static void awaitEnd(Journal journal) {
        while (!journal.hasEnded()) {
            Thread.onSpinWait();
        }
    }

    /// A disk that fails to sync one file, once. As on Linux, what it had to write counts as
    /// written afterwards: the next sync succeeds, and writes only what has changed since.
    private static final class ForgetfulDisk implements Disk {

        private final Path victim;

        // Guarded by this.
        private byte[] durable = {};
        private byte @Nullable [] clean;

        ForgetfulDisk(Path victim) {
            this.victim = victim;
        }

        @Override
        public void force(Path file, FileChannel channel) throws IOException {
            if (!file.equals(victim)) {
                Disk.super.force(file, channel);
                return;
            }
            byte[] content = Files.readAllBytes(file);
            synchronized (this) {
                boolean isFirst = clean == null;
                if (isFirst) {
                    clean = content;
                    throw new IOException("disk on fire");
                }
                durable = Arrays.equals(clean, content) ? durable : content;
            }
        }

        synchronized void losePower() throws IOException {
            Files.write(victim, durable);
        }
    }

    /// A disk on which the first sync of a database takes as long as a test likes.
    private static final class HangingDisk implements Disk {

        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch held = new CountDownLatch(1);

        @Override
        public void force(Path file, FileChannel channel) throws IOException {
            if (file.toString().endsWith(".sqlite")) {
                reached.countDown();
                try {
                    held.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            Disk.super.force(file, channel);
        }
    }
}
