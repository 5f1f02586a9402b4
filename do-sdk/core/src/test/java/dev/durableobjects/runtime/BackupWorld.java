package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.operations.Backup;
import dev.durableobjects.operations.Backups;
import dev.durableobjects.operations.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A node with vaults, and its backups.
final class BackupWorld implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 30;

    private final Path parent;
    private final BlockingQueue<String> woken = new LinkedBlockingQueue<>();
    private volatile Instant now = Instant.parse("2026-11-23T23:30:00.123Z");
    private Duration history = Duration.ofDays(30);
    private @Nullable DurableObjects objects;

    BackupWorld(Path parent) {
        this.parent = parent;
    }

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /// Sets for how long the next node keeps history.
    void keep(Duration time) {
        history = time;
    }

    void start(String directory) {
        start(directory, Disk.system());
    }

    /// Starts a node in place of the one before.
    void start(String directory, Disk disk) {
        close();
        objects = TestRuntime.withDisk(builder(parent.resolve(directory)), disk).build();
    }

    DurableObjects objects() {
        return Objects.requireNonNull(objects);
    }

    @Override
    public void close() {
        if (objects != null) {
            objects.close();
        }
    }

    void reset(String name) {
        DurableObjectException reset =
                assertThrows(DurableObjectException.class, () -> vault(name).leave());
        assertThat(reset.kind(), is(DurableObjectException.Kind.ABORTED));
    }

    Backup backup() {
        return objects().operations().backup(parent.resolve("backups"), Progress.none());
    }

    void restore(Backup backup) {
        Backups.restore(backup.directory(), parent.resolve("restored"), Progress.none());
        start("restored");
    }

    Vault vault(String name) {
        return objects().env().namespace(Vault.VAULT).getByName(name).rpc();
    }

    /// Waits until the alarm of an object runs, and returns the name of the object.
    Optional<String> woken() throws InterruptedException {
        return Optional.ofNullable(woken.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    DurableObjectsBuilder builder(Path directory) {
        DurableObjectsBuilder builder =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(
                                Vault.VAULT,
                                (ctx, env) -> new VaultObject(ctx, env, this::backup, woken::add),
                                settings -> settings.history(history));
        return TestRuntime.withClock(TestRuntime.withJournalBytes(builder, 256 << 10), () -> now);
    }

    /// Lets all files be an hour older.
    static void age(Path directory) throws IOException {
        for (Path file : files(directory)) {
            Instant time = Files.getLastModifiedTime(file).toInstant().minusSeconds(3_600);
            Files.setLastModifiedTime(file, FileTime.from(time));
        }
    }

    static int links(Path file) {
        try {
            return Objects.requireNonNull((Integer) Files.getAttribute(file, "unix:nlink"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }

    static List<Path> databases(Path directory) throws IOException {
        return new ArrayList<>(NotesDirectory.databases(directory));
    }

    static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return new ArrayList<>(all.filter(Files::isRegularFile).sorted().toList());
        }
    }

    static List<String> names(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
