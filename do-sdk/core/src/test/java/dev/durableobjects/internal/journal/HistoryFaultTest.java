package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.TestJournals.file;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of the past when the disk fails or is damaged.
@Timeout(120)
class HistoryFaultTest {

    @TempDir private Path root;
    private HistoryWorld world;

    @BeforeEach
    void begin() {
        world = new HistoryWorld(root);
    }

    @Test
    void whatWasWrittenAndNeverForcedIsWrittenAnewBeforeItsSourceGoes() throws Exception {
        world.live(journal -> world.write(journal, 1, 10));
        world.freeAll();
        world.live(journal -> {
            journal.history().digest();
            world.write(journal, 11, 20);
        });
        world.freeAll();
        KilledDisk killed = new KilledDisk();
        assertThrows(
                IOException.class, () -> world.live(killed, journal -> journal.history().digest()));

        world.live(killed.again(), journal -> journal.history().digest());
        killed.losePower();

        world.live(world::assertEveryMomentIsKnown);
    }

    @Test
    void damageInTheLastFileThatWaitsIsNotForgottenWithIt() throws Exception {
        world.live(journal -> world.write(journal, 1, 10));
        world.live(journal -> world.write(journal, 11, 20));
        world.freeAll();
        Path segments = root.resolve("history/segments");
        Path last = segments.resolve("0000000000000002.journal");
        byte[] content = Files.readAllBytes(last);
        byte[] damaged = content.clone();
        damaged[Segment.HEADER_BYTES + 5 * 700] ^= 1;
        Files.write(last, damaged);

        world.live(journal ->
                assertThat(
                        assertThrows(IOException.class, () -> journal.history().digest())
                                .getMessage(),
                        containsString("damaged")));

        Files.write(last, content);
        world.live(journal -> {
            journal.history().digest();
            world.assertEveryMomentIsKnown(journal);
        });
    }

    @Test
    void aFileThatIsGoneIsNotTakenForNothing() throws Exception {
        world.live(journal -> world.write(journal, 1, 10));
        world.freeAll();
        world.live(journal -> journal.history().digest());
        world.live(journal -> world.write(journal, 11, 20));
        world.live(journal -> world.write(journal, 21, 30));
        world.freeAll();
        Path segments = root.resolve("history/segments");
        for (long number : upToFirstWithRecords(segments)) {
            Files.delete(Segment.file(segments, number));
        }

        world.live(journal ->
                assertThat(
                        assertThrows(IOException.class, () -> journal.history().digest())
                                .getMessage(),
                        containsString("gap")));
    }

    private static List<Long> upToFirstWithRecords(Path segments) throws IOException {
        List<Long> numbers = Segment.numbers(segments);
        for (int i = 0; i < numbers.size(); i++) {
            long number = numbers.get(i);
            SegmentReader reader = SegmentReader.open(Segment.file(segments, number), number);
            if (reader != null && reader.next() != null) {
                return numbers.subList(0, i + 1);
            }
        }
        throw new AssertionError("no file has a record");
    }

    /// A disk of a process that is killed between the last byte of what it appends to history and
    /// the sync of that.
    private static final class KilledDisk implements Disk {

        /// What the files hold for certain that were written and not forced.
        private final Map<Path, byte[]> durable = new ConcurrentHashMap<>();

        private boolean isLast;
        private boolean isDead;

        @Override
        public synchronized void write(
                Path file, FileChannel channel, ByteBuffer bytes, long position)
                throws IOException {
            check();
            isLast = file.toString().endsWith(".history") && bytes.remaining() == 1;
            if (isLast) {
                durable.put(file, Files.readAllBytes(file));
            }
            Disk.super.write(file, channel, bytes, position);
        }

        @Override
        public synchronized void force(Path file, FileChannel channel) throws IOException {
            isDead |= isLast;
            check();
            Disk.super.force(file, channel);
        }

        @Override
        public synchronized void delete(Path file) throws IOException {
            check();
            Disk.super.delete(file);
        }

        /// Returns the disk of the next process: what was not forced may still be.
        Disk again() {
            Set<Path> forced = ConcurrentHashMap.newKeySet();
            return new Disk() {
                @Override
                public void force(Path file, FileChannel channel) throws IOException {
                    Disk.super.force(file, channel);
                    forced.add(file);
                    durable.remove(file);
                }

                @Override
                public void move(Path source, Path target) throws IOException {
                    Disk.super.move(source, target);
                    if (forced.contains(source)) {
                        durable.remove(target);
                    }
                }
            };
        }

        private void check() throws IOException {
            if (isDead) {
                throw new IOException("killed");
            }
        }

        /// What was not forced is as it was before.
        synchronized void losePower() throws IOException {
            for (Map.Entry<Path, byte[]> one : durable.entrySet()) {
                Files.write(one.getKey(), one.getValue());
            }
        }
    }
}
