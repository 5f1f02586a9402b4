package dev.durableobjects.internal.journal;

import static dev.durableobjects.internal.journal.HistoryWorld.ID;
import static dev.durableobjects.internal.journal.TestJournals.file;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.PageImage;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of restores when the disk fails or a thread is interrupted in between.
@Timeout(120)
class RestoreFaultTest {

    /// These databases have neither alarms nor schedules.
    private static final Restores.Timetable NOTHING =
            new Restores.Timetable() {
                @Override
                public void keep(Path now, Path wanted) {}

                @Override
                public Wake wake(Path wanted) {
                    return Wake.UNCHANGED;
                }
            };

    @TempDir private Path root;
    private HistoryWorld world;

    @BeforeEach
    void begin() {
        world = new HistoryWorld(root);
    }

    @Test
    void aRewindThatFailedIsNotDoneLater() throws Exception {
        AtomicBoolean isBroken = new AtomicBoolean();
        Disk disk = failingNames(isBroken);
        world.live(
                disk,
                journal -> {
                    world.write(journal, 1, 10);
                    isBroken.set(true);
                    assertThrows(
                            UncheckedIOException.class,
                            () ->
                                    journal.history()
                                            .prepare(file(0), file(0), ID, world.bookmark(3)));
                    world.write(journal, 11, 20);
                });

        world.live(
                disk,
                journal -> {
                    assertThat("is done later", journal.history().isPending(file(0)), is(false));
                    assertThat(TestJournals.value(root, journal, 0), is(20));
                });
    }

    @Test
    void aRestoreThatIsDoneButForItsEndIsEndedByTheNextStart() throws Exception {
        AtomicBoolean isBroken = new AtomicBoolean();
        world.live(
                failingNames(isBroken),
                journal -> {
                    world.write(journal, 1, 10);
                    journal.history().prepare(file(0), file(0), ID, world.bookmark(3));
                    journal.redo().release(file(0), Redo.Closed.WITHOUT_LOG);
                    isBroken.set(true);
                    assertThrows(
                            UncheckedIOException.class,
                            () ->
                                    journal.history()
                                            .restoreIfPending(ID, file(0), NOTHING, journal));

                    journal.history().restoreIfPending(ID, file(0), NOTHING, journal);

                    assertThat(journal.history().isPending(file(0)), is(false));
                    assertThat(TestJournals.value(root, journal, 0), is(3));
                });
    }

    @Test
    void aLogThatWasLeftBesideARestoreIsNotTakenForThatOfTheNext() throws Exception {
        world.live(journal -> {
            world.write(journal, 1, 10);
            journal.history().prepare(file(0), file(0), ID, world.bookmark(3));
            String restore = journal.history().restores().files().getFirst();
            Path left = Scratch.wal(root.resolve(restore));
            Files.writeString(left, "a log");

            journal.history().prepare(file(0), file(0), ID, world.bookmark(4));

            assertThat(Files.exists(left), is(false));
        });
    }

    @Test
    void noMomentIsInTheMiddleOfARestore() throws Exception {
        Disk disk =
                new Disk() {
                    @Override
                    public void force(Path file, FileChannel channel) {}
                };
        world.live(
                disk,
                journal -> {
                    writeLarge(journal, 1);
                    Bookmark first = journal.history().now(ID, file(0));
                    writeLarge(journal, 2);
                    journal.redo().release(file(0), Redo.Closed.WITHOUT_LOG);
                    journal.redo().prepare(file(0));
                    journal.redo().release(file(0), Redo.Closed.WHOLE);
                    journal.history().prepare(file(0), file(0), ID, first);
                    Instant begin = world.now();

                    journal.history()
                            .restoreIfPending(ID, file(0), NOTHING, world.ticking(journal));

                    List<List<Byte>> found = new ArrayList<>();
                    for (Instant at = begin; !at.isAfter(world.now()); at = at.plusSeconds(1)) {
                        byte[] all = world.read(journal, journal.history().at(ID, file(0), at));
                        found.add(List.of(all[100], all[all.length - 1]));
                    }
                    byte one = 1;
                    byte two = 2;
                    assertThat(
                            found, everyItem(anyOf(is(List.of(one, one)), is(List.of(two, two)))));
                    assertThat(found.getLast(), is(List.of(one, one)));
                });
    }

    @Test
    void anInterruptDoesNotKeepADatabaseFromCatchingUp() throws Exception {
        world.live(journal -> {
            world.write(journal, 1, 10);
            journal.redo().release(file(0), Redo.Closed.WITHOUT_LOG);
            Thread.currentThread().interrupt();

            int value = TestJournals.value(root, journal, 0);

            assertThat("is still interrupted", Thread.interrupted(), is(true));
            assertThat(value, is(10));
        });
    }

    /// A database that takes more than one commit to restore.
    private static void writeLarge(Journal journal, int value) {
        int pageBytes = 1 << 16;
        List<PageImage> pages = new ArrayList<>();
        for (int number = 1; number <= 1_500; number++) {
            byte[] page = new byte[pageBytes];
            Arrays.fill(page, (byte) value);
            page[16] = 0; // The size of a page, in the header.
            page[17] = 1;
            pages.add(new PageImage(number, page, 0, PageImage.ALL));
        }
        boolean isFirst = value == 1;
        TestJournals.write(
                journal,
                new Commit(ID, file(0), isFirst, pageBytes, pages.size(), pages, Wake.UNCHANGED));
    }

    private static Disk failingNames(AtomicBoolean isBroken) {
        return new Disk() {
            @Override
            public void forceNames(@Nullable Path directory) throws IOException {
                boolean isOfRestores = directory != null && directory.endsWith(Restores.DIRECTORY);
                if (isOfRestores && isBroken.getAndSet(false)) {
                    throw new IOException("too many open files");
                }
                Disk.super.forceNames(directory);
            }
        };
    }
}
