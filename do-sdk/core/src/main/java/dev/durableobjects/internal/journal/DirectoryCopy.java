package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// A copy of a data directory that is in use: what a kill would have left of it, so that a start
/// brings every object to the moment of the cut.
///
/// The databases are copied one after the other, and of no single moment. What they lack, or have
/// in part, is in the journal: it is copied last, and no file of it goes meanwhile. Only one thread
/// uses it.
///
/// @param root the data directory
/// @param index copied before the cut, because nothing would remove later commits from it
/// @param check throws when the work must not go on
/// @param target gets the files
record DirectoryCopy(
        Path root,
        Segments segments,
        OldSegments old,
        History history,
        Redo redo,
        Checkpoints checkpoints,
        JournalIndex index,
        Runnable check,
        Copies target) {

    private static final String OBJECTS = "objects";
    private static final String SUFFIX = ".sqlite";

    /// Copies everything.
    void run() throws IOException {
        boolean isDone = false;
        try {
            target.begin(check);
            history.holdFiles(() -> old.hold(this::copyAll));
            isDone = true;
        } finally {
            if (!isDone) {
                target.discard();
            }
        }
    }

    private void copyAll() throws IOException {
        Set<String> databases = databases();
        List<String> past = past();
        target.expect(databases.size() + past.size() + 2);
        copy("format");
        for (String file : databases) {
            copyDatabase(file);
        }
        for (String file : past) {
            copy(file);
        }
        target.make("index.sqlite", index::copyTo);
        target.end(copyJournal(cut()));
    }

    /// Returns every database that there was when it began. One that is made meanwhile is in the
    /// journal as a whole.
    private Set<String> databases() throws IOException {
        redo.watch();
        Set<String> found = new TreeSet<>();
        for (Path namespace : list(root.resolve(OBJECTS))) {
            for (Path part : list(namespace)) {
                for (Path file : list(part)) {
                    String name = Scratch.withoutAside(name(file));
                    if (name.endsWith(SUFFIX)) {
                        found.add(name);
                    }
                }
            }
        }
        found.addAll(redo.watched()); // Put aside and back, a file may be missed under both names.
        return found;
    }

    /// One that has changed is brought up to date first: then its file is in its place, and closed
    /// by nobody who would drop SQLite's lock.
    private void copyDatabase(String file) throws IOException {
        check.run();
        Path source = root.resolve(file);
        if (!target.keep(file, file, source)) {
            checkpoints.run(file, channel -> target.copy(file, source, channel, Long.MAX_VALUE));
        }
    }

    private List<String> past() throws IOException {
        Path directory = root.resolve(Archive.DIRECTORY);
        Path objects = directory.resolve(Archive.OBJECTS);
        TreeSet<String> past = new TreeSet<>();
        list(directory.resolve(Archive.SEGMENTS)).forEach(file -> past.add(name(file)));
        if (FileTree.isThere(directory.resolve("begun"))) {
            past.add(name(directory.resolve("begun")));
        }
        if (FileTree.isThere(objects)) {
            FileTree.forEach(
                    objects,
                    (file, attributes) -> {
                        if (attributes.isRegularFile()) {
                            past.add(name(file));
                        }
                    });
        }
        past.removeIf(name -> name.endsWith(".new"));
        return List.copyOf(past);
    }

    /// Notes how far the journal goes, and copies what waits to be restored just then: of what was
    /// restored before, later writes are in the journal, which another restore would undo.
    private Cut cut() throws IOException {
        Cut[] cut = new Cut[1];
        history.restores()
                .hold(() -> {
                    cut[0] = segments.cut();
                    List<String> waiting = history.restores().files();
                    target.expect(waiting.size() + cut[0].old().size() + 1);
                    for (String file : waiting) {
                        copy(file);
                    }
                });
        return cut[0];
    }

    /// @return the last position in what was copied
    private long copyJournal(Cut cut) throws IOException {
        Path directory = root.resolve(Segments.DIRECTORY);
        for (long number : cut.old()) {
            copy(name(Segment.file(directory, number)));
        }
        if (cut.bytes() > 0) {
            check.run();
            Path current = Segment.file(directory, cut.number());
            try (FileChannel channel = FileChannel.open(current, StandardOpenOption.READ)) {
                target.copy(name(current), current, channel, cut.bytes());
            }
        }
        return cut.last();
    }

    /// Copies a file that nobody writes.
    private void copy(String file) throws IOException {
        check.run();
        Path source = root.resolve(file);
        String waits = Archive.DIRECTORY + "/" + Archive.SEGMENTS;
        String before = file.startsWith(waits) ? file.replace(waits, Segments.DIRECTORY) : file;
        if (target.keep(file, file, source) || target.keep(file, before, source)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(source, StandardOpenOption.READ)) {
            target.copy(file, source, channel, Long.MAX_VALUE);
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
    }

    private String name(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }
}
