package dev.durableobjects.simulation;

import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.journal.ForcedFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Real files on a disk that is slow, may fail, and may lose what was not forced.
///
/// Only what was forced of a file survives a loss of power for sure, and only files whose directory
/// was forced; of the rest survives, sector by sector, as much as the seed says. A file of the
/// journal that was deleted may come back, unless its directory was forced since. When just the
/// process dies everything stays, but is no more durable than before. Of the node's index this
/// holds for its log; SQLite forces the database itself.
final class SimulatedDisk {

    /// What a disk writes as a whole.
    private static final int SECTOR_BYTES = 512;

    private static final Path JOURNAL = Path.of("journal");

    private static final Path INDEX_LOG = Path.of("index.sqlite-wal");

    private static final Path HISTORY = Path.of("history");

    private static final Path RESTORES = HISTORY.resolve("restore");

    private static final List<Path> SHARED =
            List.of(Path.of("objects"), JOURNAL, HISTORY, INDEX_LOG);

    /// By their paths in the data directory.
    private final ForcedFiles forced = new ForcedFiles();

    /// Files that a faulty engine has deleted already.
    private final Set<Path> lost = new HashSet<>();

    private Path home;

    SimulatedDisk(Path home) {
        this.home = home;
    }

    /// Returns where the files are.
    Path home() {
        return home;
    }

    /// Returns what forces files in one life of the world.
    Sync sync(World world) {
        if (Files.notExists(home.resolve(INDEX_LOG))) { // SQLite makes another one.
            forced.forget(INDEX_LOG);
        }
        return new Sync(world);
    }

    /// The process dies, and its files with it: others take their place that only it has not open.
    ///
    /// @param target an empty directory for them
    void killProcess(Path target) {
        copy(target, new Random(0), true);
    }

    /// The power is lost.
    ///
    /// @param target an empty directory for what is left
    void losePower(Path target, Random random) {
        copy(target, random, false);
    }

    /// Returns whether old files of the journal were freed.
    boolean hasFreed() {
        return Files.notExists(home.resolve(JOURNAL).resolve("0000000000000001.journal"));
    }

    private void copy(Path target, Random random, boolean isPowered) {
        Predicate<Path> isTracked =
                file -> !isPowered && SHARED.stream().anyMatch(file::startsWith);
        try (Stream<Path> all = Files.walk(home)) {
            for (Path file : all.map(home::relativize).sorted().toList()) {
                Path source = home.resolve(file.toString());
                Path copy = target.resolve(file.toString());
                if (Files.isDirectory(source)) {
                    Files.createDirectories(copy);
                } else if (!isTracked.test(file) && !lost.contains(file)) {
                    Files.copy(source, copy);
                }
            }
            if (!isPowered) {
                Map<Path, byte[]> left = forced.survivors(home, isTracked, new Luck(random));
                left.keySet().removeAll(lost);
                for (Map.Entry<Path, byte[]> one : left.entrySet()) {
                    Files.write(target.resolve(one.getKey()), one.getValue());
                }
                forced.settle(left, isTracked);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lost.clear();
        home = target;
    }

    /// Decides by a seed.
    private record Luck(Random random) implements ForcedFiles.Chance {

        @Override
        public boolean survives(Path file) {
            return random.nextBoolean();
        }

        /// Of each sector the new content is left, or the old one.
        @Override
        public byte[] left(Path file, byte[] now, byte[] old) {
            if (file.startsWith(RESTORES) && old.length > 0) {
                return now; // What SQLite adds to it, SQLite forces.
            }
            int length = random.nextBoolean() ? now.length : old.length;
            byte[] left = Arrays.copyOf(old, length);
            int keep = random.nextInt(4);
            for (int at = 0; at < Math.min(length, now.length); at += SECTOR_BYTES) {
                if (random.nextInt(4) < keep) {
                    int bytes = Math.min(SECTOR_BYTES, Math.min(length, now.length) - at);
                    System.arraycopy(now, at, left, at, bytes);
                }
            }
            return left;
        }
    }

    /// Forces files in one life of the world. Safe for use by one thread at a time.
    final class Sync implements Disk {

        private final World world;
        private final Random random;
        private int syncsLeft = Integer.MAX_VALUE;
        private boolean isCalm = true;

        private Sync(World world) {
            this.world = world;
            this.random = world.waiting().random();
            if (random.nextInt(6) == 0) {
                syncsLeft = random.nextInt(8);
            }
        }

        /// Sets whether it neither fails nor dawdles.
        void calm(boolean calm) {
            isCalm = calm;
        }

        @Override
        public int aheadBytes() {
            return 2 * SECTOR_BYTES;
        }

        @Override
        public void force(Path file, FileChannel channel) throws IOException {
            byte[] reached = Files.readAllBytes(file);
            if (!isCalm) {
                if (isJournal(file)) { // Others are forced under a lock, where nobody may pause.
                    dawdle();
                }
                burn();
            }
            if (!world.fault().forgets(file)) {
                forced.force(home.relativize(file), reached);
            }
        }

        @Override
        public void move(Path source, Path target) throws IOException {
            Disk.super.move(source, target);
            forced.move(home.relativize(source), home.relativize(target));
            lost.remove(home.relativize(target));
        }

        /// A faulty engine has deleted a file too early.
        void loses(String file) {
            lost.add(RESTORES.resolve(file));
        }

        @Override
        public void forceNames(@Nullable Path directory) throws IOException {
            if (directory != null && directory.startsWith(home)) {
                forced.forceNames(home, directory);
            }
        }

        /// Fails from now on.
        void die() {
            syncsLeft = 0;
        }

        boolean isDead() {
            return syncsLeft <= 0;
        }

        private static boolean isJournal(Path file) {
            return file.toString().endsWith(".journal");
        }

        private void burn() throws IOException {
            if (--syncsLeft < 0) {
                world.history().met("a failed sync");
                throw new IOException("disk on fire");
            }
        }

        private void dawdle() {
            switch (random.nextInt(12)) {
                case 0 -> world.pause(random.nextInt(5_000));
                case 1 -> {
                    if (random.nextInt(8) == 0) {
                        world.history().met("a hung sync");
                        world.pause(40_000);
                    }
                }
                default -> {
                    for (int i = random.nextInt(4); i > 0; i--) {
                        world.waiting().maybeYield();
                    }
                }
            }
        }
    }
}
