package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Remembers for which namespaces history has begun: every older object has been copied, and every
/// later one is in the journal as a whole. Only history's own thread may use it, after the start.
final class Beginnings {

    private static final String OBJECTS = "objects";
    private static final String SUFFIX = ".sqlite";

    private final Path root;
    private final Path directory;
    private final Disk disk;
    private final HistoryRules rules;

    /// The namespaces with objects that were there before.
    private final Set<String> late = new TreeSet<>();

    Beginnings(Path root, Disk disk, HistoryRules rules) {
        this.root = root;
        this.directory = root.resolve(Archive.DIRECTORY);
        this.disk = disk;
        this.rules = rules;
    }

    /// Notes that history has begun where there are no objects yet, and that it has ended where it
    /// was switched off.
    void open() throws IOException {
        Set<String> begun = read();
        Set<String> now = new TreeSet<>(begun);
        for (String key : keys()) {
            if (isOff(key)) {
                now.remove(key);
            } else if (Files.notExists(root.resolve(OBJECTS).resolve(key))) {
                now.add(key);
            } else if (!begun.contains(key)) {
                late.add(key);
            }
        }
        if (!now.equals(begun)) {
            write(now);
        }
    }

    /// Begins with every object that was there before.
    void begin(Archive archive) throws IOException {
        for (String key : Set.copyOf(late)) {
            for (String file : databases(key)) {
                if (!archive.has(file)) {
                    archive.begin(file);
                }
            }
            Set<String> begun = read();
            begun.add(key);
            write(begun);
            late.remove(key);
        }
    }

    private boolean isOff(String key) {
        return rules.retention().getOrDefault(key, rules.standard()).isZero();
    }

    private Set<String> keys() throws IOException {
        Set<String> keys = new TreeSet<>(rules.retention().keySet());
        Path objects = root.resolve(OBJECTS);
        if (Files.isDirectory(objects)) {
            try (Stream<Path> namespaces = Files.list(objects)) {
                namespaces.map(one -> one.getFileName().toString()).forEach(keys::add);
            }
        }
        return keys;
    }

    /// A database that is put aside right now is missed; its first record then shows it
    /// ([Archive#begin]).
    private List<String> databases(String key) throws IOException {
        List<String> databases = new ArrayList<>();
        FileTree.forEach(
                root.resolve(OBJECTS).resolve(key),
                (file, attributes) -> {
                    String name = root.relativize(file).toString().replace('\\', '/');
                    if (name.endsWith(SUFFIX)) {
                        databases.add(name);
                    }
                });
        return databases;
    }

    private Set<String> read() throws IOException {
        return read(directory);
    }

    /// Returns the unique keys of the namespaces of which history has begun.
    ///
    /// @param directory of history
    static Set<String> read(Path directory) throws IOException {
        Path file = directory.resolve("begun");
        return new TreeSet<>(FileTree.isThere(file) ? Files.readAllLines(file) : List.of());
    }

    private void write(Set<String> keys) throws IOException {
        Path scratch = directory.resolve("begun.new");
        String text = keys.isEmpty() ? "" : String.join("\n", keys) + "\n";
        try (FileChannel channel =
                FileChannel.open(
                        scratch,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            disk.write(scratch, channel, bytes, 0);
            disk.force(scratch, channel);
        }
        disk.move(scratch, directory.resolve("begun"));
        disk.forceNames(directory);
    }
}
