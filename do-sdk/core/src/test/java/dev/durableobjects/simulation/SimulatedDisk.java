package dev.durableobjects.simulation;

import dev.durableobjects.internal.storage.FileSync;
import dev.durableobjects.spi.Commit;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/// Real files on a disk that is slow, may fail, and may lose what was not forced. Only a forced
/// write-ahead log survives a crash for sure; of the rest, as much as the seed says. SQLite forces
/// the database files itself, and takes no part in this.
final class SimulatedDisk implements FileSync {

    private static final int HEADER_BYTES = 32;
    private static final String WAL = "-wal";

    private final World world;
    private final Random random;
    private final boolean lies;
    private final Map<Path, Extent> forced = new HashMap<>();
    private final Set<Path> named = new HashSet<>();
    private int syncsLeft = Integer.MAX_VALUE;

    /// How much of a write-ahead log is durable. Its header tells it from its successors.
    private record Extent(ByteBuffer header, long length) {}

    SimulatedDisk(World world, boolean lies) {
        this.world = world;
        this.random = world.waiting().random();
        this.lies = lies;
        if (random.nextInt(6) == 0) {
            syncsLeft = random.nextInt(8);
        }
    }

    @Override
    public void force(Commit commit) throws IOException {
        Extent reached = extent(commit.wal());
        dawdle();
        if (--syncsLeft < 0) {
            world.history().met("a failed sync");
            throw new IOException("disk on fire");
        }
        if (!lies) {
            forced.put(commit.wal(), reached);
            if (commit.isFirst()) {
                named.add(database(commit.wal()));
            }
        }
    }

    /// Fails from now on.
    void die() {
        syncsLeft = 0;
    }

    boolean isDead() {
        return syncsLeft <= 0;
    }

    /// Copies what a crash at this moment would leave.
    void copy(Path source, Path target) {
        try (Stream<Path> files = Files.walk(source)) {
            Set<Path> vanished = new HashSet<>();
            for (Path file : files.sorted().toList()) {
                Path copy = target.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else if (!file.startsWith(source.resolve("objects"))) {
                    Files.copy(file, copy);
                } else if (file.toString().endsWith(WAL)) {
                    if (!vanished.contains(database(file))) {
                        copyWal(file, copy);
                    }
                } else if (named.contains(file) || existedBefore(file) || random.nextBoolean()) {
                    Files.copy(file, copy);
                } else {
                    vanished.add(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean existedBefore(Path file) {
        return world.inherited().contains(file);
    }

    private void copyWal(Path wal, Path copy) throws IOException {
        byte[] all = Files.readAllBytes(wal);
        Extent safe = forced.get(wal);
        boolean applies = safe != null && safe.header.equals(header(all));
        int least = applies ? (int) safe.length : 0;
        int length = least + random.nextInt(all.length - least + 1);
        byte[] kept = Arrays.copyOf(all, length);
        if (random.nextBoolean()) {
            Arrays.fill(kept, least + (length - least) / 2, length, (byte) 0); // A torn write.
        }
        Files.write(copy, kept);
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

    private static Extent extent(Path wal) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(wal.toFile(), "r")) {
            byte[] header = new byte[HEADER_BYTES];
            file.readFully(header);
            return new Extent(ByteBuffer.wrap(header), file.length());
        }
    }

    private static ByteBuffer header(byte[] wal) {
        return ByteBuffer.wrap(Arrays.copyOf(wal, HEADER_BYTES));
    }

    private static Path database(Path wal) {
        String name = wal.getFileName().toString();
        return wal.resolveSibling(name.substring(0, name.length() - WAL.length()));
    }

    /// Returns the databases in a data directory.
    static List<Path> databases(Path directory) {
        Path objects = directory.resolve("objects");
        if (Files.notExists(objects)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(objects)) {
            return new ArrayList<>(
                    files.filter(file -> file.toString().endsWith(".sqlite")).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
