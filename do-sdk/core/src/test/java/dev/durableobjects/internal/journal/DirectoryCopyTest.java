package dev.durableobjects.internal.journal;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.spi.CommitFailedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is copied of a data directory, and what does not happen meanwhile.
@Timeout(60)
class DirectoryCopyTest {

    @TempDir private Path root;

    @Test
    void whatIsWrittenMeanwhileIsInItUpToTheCut() throws IOException {
        try (Journal journal = TestJournals.open(root)) {
            Files.writeString(root.resolve("format"), "a format");
            TestJournals.write(journal, TestJournals.whole(1, 1));
            Recorded copies =
                    new Recorded(() -> {
                        TestJournals.write(journal, TestJournals.change(1, 2));
                        TestJournals.write(journal, TestJournals.whole(2, 3));
                    });

            journal.copyTo(copies);

            assertThat(copies.position, is(3L));
            assertThat(copies.bytes, is((long) TestJournals.end(root, 1)));
            assertThat(copies.paths.getLast(), is("journal/0000000000000001.journal"));
            assertThat("discarded", copies.isDiscarded, is(false));
        }
    }

    @Test
    void whatBreaksWhileDatabasesAreLookedForIsFound() throws IOException {
        try (Journal journal = TestJournals.open(root)) {
            Redo redo = journal.redo();
            redo.prepare("objects/key/01/a.sqlite");
            redo.watch();
            redo.release("objects/key/01/a.sqlite", Redo.Closed.WITHOUT_LOG);
            redo.prepare("objects/key/01/b.sqlite");

            assertThat(redo.watched(), hasItem("objects/key/01/a.sqlite"));
            redo.watch();
            assertThat(redo.watched(), hasItem("objects/key/01/b.sqlite"));
            redo.release("objects/key/01/b.sqlite", Redo.Closed.WHOLE);
            redo.watch();
            assertThat(redo.watched(), is(empty()));
        }
    }

    @Test
    void aClosingJournalEndsItAndWaitsForItsEnd() throws Exception {
        Journal journal = TestJournals.open(root);
        Files.writeString(root.resolve("format"), "a format");
        TestJournals.write(journal, TestJournals.whole(1, 1));
        AtomicBoolean isClosed = new AtomicBoolean();
        List<Boolean> wasClosed = new ArrayList<>();
        Thread closing =
                Thread.ofVirtual()
                        .unstarted(() -> {
                            journal.close();
                            isClosed.set(true);
                        });
        Recorded copies =
                new Recorded(() -> {
                    closing.start();
                    awaitClosing(journal);
                    wasClosed.add(isClosed.get());
                });

        IllegalStateException ended =
                assertThrows(IllegalStateException.class, () -> journal.copyTo(copies));

        assertThat(ended.getMessage(), is("there is no backup, for the runtime closes"));
        assertThat("the journal waited", wasClosed, is(List.of(false)));
        assertThat("discarded", copies.isDiscarded, is(true));
        closing.join();
        assertThrows(IllegalStateException.class, () -> journal.copyTo(copies));
    }

    private static void awaitClosing(Journal journal) {
        try {
            while (true) {
                journal.append(TestJournals.whole(2, 1));
            }
        } catch (CommitFailedException e) {
            assertThat(e.getMessage(), containsString("closed"));
        }
    }

    /// Remembers what it gets, and lets something happen before the first database.
    private static final class Recorded implements Copies {

        private final List<String> paths = new ArrayList<>();
        private final Runnable meanwhile;
        private long bytes;
        private long position;
        private boolean isDiscarded;

        Recorded(Runnable meanwhile) {
            this.meanwhile = meanwhile;
        }

        @Override
        public void begin(Runnable check) {}

        @Override
        public void expect(int files) {}

        @Override
        public boolean keep(String path, String before, Path source) {
            return false;
        }

        @Override
        public void copy(String path, Path source, FileChannel channel, long bytesMax) {
            paths.add(path);
            bytes = bytesMax;
            if (path.equals("format")) {
                meanwhile.run();
            }
        }

        @Override
        public void make(String path, Source source) {}

        @Override
        public void end(long last) {
            position = last;
        }

        @Override
        public void discard() {
            isDiscarded = true;
        }
    }
}
