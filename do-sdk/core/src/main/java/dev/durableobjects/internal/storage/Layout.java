package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.journal.Damage;
import dev.durableobjects.internal.journal.Damage.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Which files and directories a data directory, or a backup of one, may hold, as
/// `docs/file-format.md` lists them. Immutable.
final class Layout {

    private static final String KEY = "[a-z0-9_-]{1,64}";

    /// The first two digits of an id, and the id.
    private static final String ID = "(?<begin>[0-9a-f]{2})/\\k<begin>[0-9a-f]{62}";

    /// What SQLite has beside a database, or a killed process has left there.
    private static final String SQLITE = "(-wal|-shm|-journal)?";

    private static final Pattern DIRECTORY =
            Pattern.compile(
                    ("control\\.new|journal|history(/segments|/restore)?"
                                    + "|(history/)?objects(/%s(/[0-9a-f]{2})?)?")
                            .formatted(KEY));

    private static final Pattern DATABASE =
            Pattern.compile("(objects/%s/%s\\.sqlite)(-aside)?".formatted(KEY, ID));

    private static final Pattern HISTORY =
            Pattern.compile("history/(objects/%s/%s)\\.history".formatted(KEY, ID));

    private static final String PENDING =
            "history/restore/%s\\.%s".formatted(KEY, ID.replace("/", "\\."));

    private static final Pattern RESTORE = Pattern.compile(PENDING + "\\.(sqlite|replace)");

    private static final List<Pattern> OTHERS =
            List.of(
                    Pattern.compile("lock|control(\\.new/.*)?|format(\\.new)?|backup\\.json"),
                    Pattern.compile("index\\.sqlite" + SQLITE + "|index\\.sqlite-aside"),
                    Pattern.compile("journal/(\\d{16}\\.journal|newest)"),
                    Pattern.compile("objects/%s/%s\\.sqlite%s".formatted(KEY, ID, SQLITE)),
                    Pattern.compile("history/segments/\\d{16}\\.journal"),
                    Pattern.compile("history/begun(\\.new)?"),
                    Pattern.compile(
                            "history/objects/%s/%s(\\.new|-\\d{16}\\.base)".formatted(KEY, ID)),
                    Pattern.compile(RESTORE.pattern() + "(\\.new)?" + SQLITE),
                    Pattern.compile(PENDING + "\\.\\d+\\.new" + SQLITE));

    private final Path root;
    private final Consumer<Damage> found;

    /// Begins with a directory.
    ///
    /// @param found gets what does not belong here
    Layout(Path root, Consumer<Damage> found) {
        this.root = root;
        this.found = found;
    }

    /// Gets a file that may be there.
    interface Visitor {

        /// Does something with it.
        ///
        /// @param path in the data directory, with slashes
        void visit(String path) throws IOException;
    }

    /// Visits every file, in the order of the names.
    void visit(Visitor visitor) throws IOException {
        visit("", root, visitor);
    }

    private void visit(String prefix, Path directory, Visitor visitor) throws IOException {
        List<Path> children;
        try (Stream<Path> files = Files.list(directory)) {
            children = files.sorted().toList();
        }
        for (Path child : children) {
            String path = prefix + child.getFileName();
            if (!Files.isDirectory(child) && isFile(path)) {
                visitor.visit(path);
            } else if (Files.isDirectory(child) && DIRECTORY.matcher(path).matches()) {
                visit(path + "/", child, visitor);
            } else {
                found.accept(
                        new Damage(Kind.FOREIGN, path, "nothing here makes a file of this name"));
            }
        }
    }

    private static boolean isFile(String path) {
        return DATABASE.matcher(path).matches()
                || HISTORY.matcher(path).matches()
                || OTHERS.stream().anyMatch(one -> one.matcher(path).matches());
    }

    /// Returns the path of the database that a file is, empty if it is none.
    static String database(String path) {
        Matcher matcher = DATABASE.matcher(path);
        return matcher.matches() ? matcher.group(1) : "";
    }

    /// Returns the path of the database that a file has the history of, empty if of none.
    static String databaseOfHistory(String path) {
        Matcher matcher = HISTORY.matcher(path);
        return matcher.matches() ? matcher.group(1) + ".sqlite" : "";
    }

    /// Returns whether a file is what an object becomes at its next start.
    static boolean isRestore(String path) {
        return RESTORE.matcher(path).matches();
    }

    /// Returns the paths of what a database may become at the next start of its object.
    static List<String> restores(String database) {
        String begin = "history/restore/";
        String stem = database.substring("objects/".length(), database.lastIndexOf('.'));
        return Stream.of(".sqlite", ".replace")
                .map(suffix -> begin + stem.replace('/', '.') + suffix)
                .toList();
    }
}
