package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A disk on which a test counts the steps, and whose machine stops before or after one of them:
/// what is left by then is kept beside it. Safe for use by many threads.
final class CrashingDisk implements Disk {

    private static final int SECTOR_BYTES = 512;

    private final Path root;
    private final Path targets;
    private final ForcedFiles files = new ForcedFiles();

    // Guarded by this.
    private final Map<Left, Path> left = new EnumMap<>(Left.class);
    private int steps;
    private int end = Integer.MAX_VALUE;
    private boolean isAfter;
    private String last = "";

    /// What is left of that which was not forced.
    enum Left {
        /// The power was lost, and the disk has only what was forced.
        NOTHING,
        /// The power was lost, and the disk has all but what came first of each change.
        ALL_BUT_THE_FIRST,
        /// Only the process has died.
        EVERYTHING
    }

    /// Says so file by file.
    private static final class Survival implements ForcedFiles.Chance {

        private final Left left;
        private boolean isFirst = true;

        Survival(Left left) {
            this.left = left;
        }

        @Override
        public boolean survives(Path file) {
            boolean survives =
                    left == Left.EVERYTHING || (left == Left.ALL_BUT_THE_FIRST && !isFirst);
            isFirst = false;
            return survives;
        }

        @Override
        public byte[] left(Path file, byte[] now, byte[] before) {
            int differs = Arrays.mismatch(now, before);
            if (differs < 0 || left == Left.EVERYTHING) {
                return now;
            }
            if (left == Left.NOTHING) {
                return before;
            }
            byte[] mixed = now.clone();
            int begin = differs / SECTOR_BYTES * SECTOR_BYTES;
            byte[] old = Arrays.copyOfRange(before, begin, begin + SECTOR_BYTES);
            System.arraycopy(old, 0, mixed, begin, Math.min(SECTOR_BYTES, now.length - begin));
            return mixed;
        }
    }

    /// @param targets an empty directory for what is left
    CrashingDisk(Path root, Path targets) throws IOException {
        this.root = root;
        this.targets = targets;
        files.forceAll(root);
    }

    /// Stops at a step from now on.
    synchronized void crashAt(int step, boolean after) {
        steps = 0;
        end = step;
        isAfter = after;
    }

    /// Returns what is left of each kind; empty if it has not stopped.
    synchronized Map<Left, Path> left() {
        return left;
    }

    /// Returns what it stopped at.
    synchronized String last() {
        return last;
    }

    @Override
    public int aheadBytes() {
        return 2 * SECTOR_BYTES;
    }

    @Override
    public void write(Path file, FileChannel channel, ByteBuffer bytes, long position)
            throws IOException {
        step("write", file, () -> Disk.super.write(file, channel, bytes, position));
    }

    @Override
    public void force(Path file, FileChannel channel) throws IOException {
        step("force", file, () -> files.force(root.relativize(file), Files.readAllBytes(file)));
    }

    @Override
    public void move(Path source, Path target) throws IOException {
        step(
                "move",
                target,
                () -> {
                    files.move(root.relativize(source), root.relativize(target));
                    Disk.super.move(source, target);
                });
    }

    @Override
    public void delete(Path file) throws IOException {
        step("delete", file, () -> Disk.super.delete(file));
    }

    @Override
    public void forceNames(@Nullable Path directory) throws IOException {
        if (directory != null && directory.startsWith(root)) {
            step("force names", directory, () -> files.forceNames(root, directory));
        }
    }

    private interface Step {

        void run() throws IOException;
    }

    private synchronized void step(String what, Path file, Step step) throws IOException {
        int number = steps++;
        if (!left.isEmpty()) {
            throw new IOException("the machine has stopped");
        }
        if (number == end && !isAfter) {
            stop(what, file);
        }
        step.run();
        if (number == end) {
            stop(what, file);
        }
    }

    private void stop(String what, Path file) throws IOException {
        last =
                "%s %s of %s, step %d"
                        .formatted(isAfter ? "after" : "before", what, root.relativize(file), end);
        for (Left kind : Left.values()) {
            Path target = targets.resolve(kind.name());
            files.survivors(root, name -> true, new Survival(kind))
                    .forEach((name, content) -> write(target.resolve(name.toString()), content));
            left.put(kind, target);
        }
        throw new IOException("the machine stops");
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
