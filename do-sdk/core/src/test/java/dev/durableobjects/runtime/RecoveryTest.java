package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.internal.storage.FileSync;
import dev.durableobjects.spi.Commit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a start makes of the files that an earlier process has left.
class RecoveryTest {

    interface Note {
        void write(String text);
    }

    static final class NoteObject extends DurableObject implements Note {
        NoteObject(DurableObjectState ctx, Env env) {
            super(ctx, env);
        }

        @Override
        public void write(String text) {
            ctx.storage().sql().exec("CREATE TABLE IF NOT EXISTS notes (text)");
            ctx.storage().sql().exec("INSERT INTO notes VALUES (?)", text);
        }
    }

    private static final Binding<Note> NOTE = Binding.of("NOTE", Note.class);

    @TempDir private Path parent;

    @Test
    void aStartAfterAKillForcesWhatTheKilledProcessHadNotForced() {
        Path killed = parent.resolve("killed");
        Forced forced = new Forced();
        DurableObjectId id;
        try (DurableObjects objects = start(parent.resolve("alive"), FileSync.system())) {
            id = objects.env().namespace(NOTE).idFromName("a");
            objects.env().namespace(NOTE).get(id).rpc().write("x");
            copy(objects.directory(), killed);
        }

        start(killed, forced).close();

        assertThat(forced.logs, contains(id.toString()));
        assertThat(
                "every directory that names it",
                forced.directories,
                contains(id.toString().substring(0, 2), "note", "objects", "killed"));
    }

    @Test
    void aStartAfterAProperCloseForcesNothing() {
        Path directory = parent.resolve("data");
        Forced forced = new Forced();
        try (DurableObjects objects = start(directory, FileSync.system())) {
            objects.env().namespace(NOTE).getByName("a").rpc().write("x");
        }

        start(directory, forced).close();

        assertThat(forced.logs, is(empty()));
        assertThat(forced.directories, is(empty()));
    }

    @Test
    void aStartAfterAFailedDiskForcesWhatIsThere() {
        Path directory = parent.resolve("data");
        Forced forced = new Forced();
        FileSync burning =
                commit -> {
                    throw new IOException("disk on fire");
                };
        try (DurableObjects objects = start(directory, burning)) {
            Note note = objects.env().namespace(NOTE).getByName("a").rpc();
            assertThrows(DurableObjectException.class, () -> note.write("x"));
        }

        start(directory, forced).close();

        assertThat(forced.directories.size(), is(4));
    }

    @Test
    void aStartThatCannotForceIsRefused() {
        Path directory = parent.resolve("data");
        Path killed = parent.resolve("killed");
        try (DurableObjects objects = start(directory, FileSync.system())) {
            objects.env().namespace(NOTE).getByName("a").rpc().write("x");
            copy(objects.directory(), killed);
        }
        FileSync burning =
                commit -> {
                    throw new IOException("disk on fire");
                };

        assertThrows(UncheckedIOException.class, () -> start(killed, burning));
        Forced forced = new Forced();
        start(killed, forced).close();

        assertThat("it is still not taken as durable", forced.logs.size(), is(1));
    }

    private static DurableObjects start(Path directory, FileSync files) {
        return TestRuntime.withFiles(
                        DurableObjects.builder()
                                .directory(directory)
                                .namespace(NOTE, NoteObject::new),
                        files)
                .build();
    }

    private static void copy(Path source, Path target) {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(source.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Remembers what was forced.
    private static final class Forced implements FileSync {

        private final List<String> logs = new CopyOnWriteArrayList<>();
        private final List<String> directories = new ArrayList<>();

        @Override
        public void force(Commit commit) {
            logs.add(commit.object().toString());
        }

        @Override
        public void forceNames(Path directory) {
            directories.addFirst(String.valueOf(directory.getFileName()));
        }
    }
}
