package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What of a directory was forced, and what is left of it after a loss of power.
///
/// Only what was forced of a file survives for sure, and only files whose directory was forced. A
/// file that was deleted or moved may come back, and one that was replaced may be the old one
/// again, unless its directory was forced since. Safe for use by one thread at a time.
public final class ForcedFiles {

    private final Map<Path, byte[]> contents = new HashMap<>();
    private final Set<Path> names = new TreeSet<>();

    /// What had a name before another file got it, until that is forced.
    private final Map<Path, byte[]> replaced = new HashMap<>();

    /// Says what survives of that which was not forced.
    public interface Chance {

        /// Returns whether a change of names survives: that it is there, or that it is gone.
        boolean survives(Path file);

        /// Returns what is left of a file.
        byte[] left(Path file, byte[] now, byte[] before);
    }

    /// Forgets what was forced of a file.
    public void forget(Path file) {
        contents.remove(file);
        names.remove(file);
    }

    /// Returns whether a file was forced.
    public boolean has(Path file) {
        return contents.containsKey(file);
    }

    /// A file was forced.
    public void force(Path file, byte[] content) {
        contents.put(file, content);
    }

    /// A file gets another name.
    public void move(Path source, Path target) {
        if (names.contains(target)) {
            replaced.put(target, content(target));
        }
        contents.put(target, content(source));
    }

    /// The names in a directory were forced.
    public void forceNames(Path home, Path directory) throws IOException {
        Path parent = home.relativize(directory);
        Predicate<Path> isIn = file -> parent.equals(parent(file));
        Set<Path> there;
        try (Stream<Path> files = Files.list(directory)) {
            there = files.map(home::relativize).collect(Collectors.toSet());
        }
        names.removeIf(file -> isIn.test(file) && !there.contains(file));
        names.addAll(there);
        replaced.keySet().removeIf(isIn);
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        return parent == null ? Path.of("") : parent;
    }

    /// Says that everything is forced that is there.
    public void forceAll(Path home) throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                contents.put(home.relativize(file), Files.readAllBytes(file));
                names.add(home.relativize(file));
            }
        }
    }

    /// Returns what is left after a loss of power.
    ///
    /// @param tracked of which files it is known what was forced; others are not in the result
    public Map<Path, byte[]> survivors(Path home, Predicate<Path> tracked, Chance chance)
            throws IOException {
        Map<Path, byte[]> left = new TreeMap<>();
        try (Stream<Path> all = Files.walk(home)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                Path name = home.relativize(file);
                byte[] survivor =
                        tracked.test(name)
                                ? survivor(name, Files.readAllBytes(file), chance)
                                : null;
                if (survivor != null) {
                    left.put(name, survivor);
                }
            }
        }
        for (Path name : names) {
            if (tracked.test(name)
                    && Files.notExists(home.resolve(name.toString()))
                    && !chance.survives(name)) {
                left.put(name, content(name));
            }
        }
        return left;
    }

    private byte @Nullable [] survivor(Path name, byte[] now, Chance chance) {
        byte[] before = replaced.get(name);
        if (before != null && !chance.survives(name)) {
            return before;
        }
        boolean isNamed = names.contains(name) || chance.survives(name);
        return isNamed ? chance.left(name, now, content(name)) : null;
    }

    /// What is left is all there is, and durable.
    public void settle(Map<Path, byte[]> survivors, Predicate<Path> tracked) {
        names.removeIf(tracked);
        replaced.keySet().removeIf(tracked);
        names.addAll(survivors.keySet());
        contents.putAll(survivors);
    }

    private byte[] content(Path file) {
        return contents.getOrDefault(file, new byte[0]);
    }
}
