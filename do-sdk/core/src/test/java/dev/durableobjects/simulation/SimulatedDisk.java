package dev.durableobjects.simulation;

import dev.durableobjects.internal.storage.FileSync;
import dev.durableobjects.spi.Commit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/// Real files on a disk that is slow, may fail, and may lose what was not forced.
///
/// Only what was forced of a write-ahead log survives a loss of power for sure, and only files
/// whose directory was forced; of the rest survives as much as the seed says. When just the process
/// dies everything stays, but is no more durable than before. SQLite forces its database files
/// itself, and takes no part in this.
final class SimulatedDisk {

    private static final int HEADER_BYTES = 32;
    private static final String WAL = "-wal";
    private static final String OBJECTS = "objects";

    /// The write-ahead logs as they were last forced, and the databases whose names were, by their
    /// paths in the data directory.
    private final Map<Path, byte[]> forced = new HashMap<>();

    private final Set<Path> named = new HashSet<>();

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

    private void copy(Path target, Random random, boolean isPowered) {
        try (Stream<Path> all = Files.walk(home)) {
            for (Path file : all.map(home::relativize).sorted().toList()) {
                Path source = home.resolve(file.toString());
                Path copy = target.resolve(file.toString());
                if (Files.isDirectory(source)) {
                    Files.createDirectories(copy);
                } else if (isPowered || !file.startsWith(OBJECTS)) {
                    Files.copy(source, copy);
                } else if (isWal(file)) {
                    if (Files.exists(target.resolve(database(file)))) {
                        byte[] left = left(Files.readAllBytes(source), forced.get(file), random);
                        Files.write(copy, left);
                        forced.put(file, left);
                    }
                } else if (named.contains(file) || random.nextBoolean()) {
                    Files.copy(source, copy);
                    named.add(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        home = target;
    }

    /// Returns what is left of a file: the new content up to some byte, and behind it the old one.
    private static byte[] left(byte[] now, byte[] before, Random random) {
        byte[] old = before != null && isSameLog(before, now) ? before : new byte[0];
        int cut = random.nextInt(now.length + 1);
        byte[] left = Arrays.copyOf(now, Math.max(cut, old.length));
        if (old.length > cut) {
            System.arraycopy(old, cut, left, cut, old.length - cut);
        }
        return left;
    }

    /// The header has numbers that change when SQLite begins the log anew.
    private static boolean isSameLog(byte[] before, byte[] now) {
        return Math.min(before.length, now.length) >= HEADER_BYTES
                && Arrays.equals(before, 0, HEADER_BYTES, now, 0, HEADER_BYTES);
    }

    private static boolean isWal(Path file) {
        return file.toString().endsWith(WAL);
    }

    private static Path database(Path wal) {
        String name = wal.getFileName().toString();
        return wal.resolveSibling(name.substring(0, name.length() - WAL.length()));
    }

    /// Forces files in one life of the world. Safe for use by one thread at a time.
    final class Sync implements FileSync {

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
        public void force(Commit commit) throws IOException {
            if (world.fault() != Fault.NONE && Files.notExists(commit.wal())) {
                return; // Who does not wait for a sync closes the file before it.
            }
            Path wal = home.relativize(commit.wal());
            byte[] reached = Files.readAllBytes(commit.wal());
            if (!isCalm) {
                dawdle();
                burn();
            }
            if (world.fault() == Fault.NO_RECOVERY ? !isCalm : world.fault() != Fault.LYING_DISK) {
                forced.put(wal, reached);
                if (commit.isFirst()) {
                    named.add(database(wal));
                }
            }
        }

        @Override
        public void forceNames(Path directory) throws IOException {
            if (world.fault() == Fault.NO_RECOVERY) {
                return;
            }
            try (Stream<Path> files = Files.list(directory)) {
                files.map(home::relativize).forEach(named::add);
            }
        }

        /// Fails from now on.
        void die() {
            syncsLeft = 0;
        }

        boolean isDead() {
            return syncsLeft <= 0;
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
