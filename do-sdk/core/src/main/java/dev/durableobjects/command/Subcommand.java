package dev.durableobjects.command;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What the command can do: how it is written, what its help says, and what is done. Immutable.
enum Subcommand {
    NAMESPACES("", "lists the namespaces of the data directory", ""),

    LIST(
            "NAMESPACE [--prefix PREFIX] [--cursor CURSOR] [--limit LIMIT]",
            "lists the objects of a namespace",
            """
            First the objects whose names are known, in their order, then the others by their
            ids. A page has up to 100 objects, or LIMIT of 1 to 1000; CURSOR is what the page
            before has said.
            """),

    EXPORT(
            "NAMESPACE OBJECT FILE [--at TIME]",
            "writes an object into a plain SQLite file",
            """
            OBJECT is a name, or an id of 64 hexadecimal digits. FILE must not exist. With
            --at it is what the object held at that time.
            """),

    IMPORT(
            "NAMESPACE OBJECT FILE",
            "makes an object become what a SQLite file holds",
            """
            The object need not exist. If it does, and is in use, it is reset. The bookmark
            that is printed undoes it, with rewind.
            """),

    REWIND(
            "NAMESPACE OBJECT --to TIME|BOOKMARK",
            "puts an object back to what it was",
            """
            Its alarm and schedules stay as they are. If it is in use, it is reset. The
            bookmark that is printed undoes it.
            """),

    DELETE(
            "NAMESPACE OBJECT [--yes]",
            "deletes all that an object holds",
            """
            Asks before, or does it at once with --yes. The bookmark that is printed undoes
            it, with rewind, for as long as the namespace keeps history.
            """),

    BACKUP(
            "TARGET",
            "makes a backup in the directory TARGET",
            """
            The backup is a new directory in TARGET, named after its time. It shares with the
            backup before what has not changed since.
            """),

    RESTORE(
            "BACKUP DIRECTORY",
            "makes a data directory of a backup",
            """
            DIRECTORY must be empty, or not exist. Every file of the backup is checked. Start
            the app with DIRECTORY then.
            """),

    VERIFY(
            "",
            "looks for damage in a data directory that no node serves, or in a backup",
            """
            Reads everything and changes nothing. The exit code is 2 if there is damage.
            """);

    private static final String TIMES =
            """
            TIME is written 2026-03-02T09:41:59Z, or 2026-03-02T10:41:59 in the zone of this
            machine.
            """;

    private final String syntax;
    private final String summary;
    private final String details;

    Subcommand(String syntax, String summary, String details) {
        String directory = syntax.contains("DIRECTORY") ? "" : " [--directory DIRECTORY]";
        this.syntax = (syntax + directory + " [--json]").strip();
        this.summary = summary;
        this.details = details;
    }

    /// Finds a subcommand.
    ///
    /// @throws UsageException if there is none of this name
    static Subcommand named(String name) {
        return Arrays.stream(values())
                .filter(one -> one.toString().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new UsageException(
                                "unknown subcommand '%s'; there are %s, help"
                                        .formatted(name, names())));
    }

    private static String names() {
        return Arrays.stream(values()).map(Subcommand::toString).collect(Collectors.joining(", "));
    }

    /// Reads its arguments.
    ///
    /// @throws UsageException if they are not what the syntax says
    Arguments arguments(List<String> words) {
        return Arguments.of(Syntax.of(syntax), words);
    }

    Outcome run(Call call) {
        return switch (this) {
            case NAMESPACES -> call.namespaces();
            case LIST -> call.list();
            case EXPORT -> call.export();
            case IMPORT -> call.importFile();
            case REWIND -> call.rewind();
            case DELETE -> call.delete();
            case BACKUP -> call.backUp();
            case RESTORE -> call.restore();
            case VERIFY -> call.verify();
        };
    }

    /// Returns the help of all.
    static String overview() {
        String lines =
                Arrays.stream(values())
                        .map(one -> "  %-12s%s%n".formatted(one, one.summary))
                        .collect(Collectors.joining());
        return """
        usage: durable SUBCOMMAND ...

        %s  help        says more about a SUBCOMMAND

        Works on the data directory data, or on another with --directory DIRECTORY, whether a node
        serves it or not. With --json the result is one JSON document.
        """
                .formatted(lines);
    }

    /// Returns the help of this one.
    String help() {
        String usage = "usage: durable %s %s%n%n".formatted(this, syntax);
        String first = "%s: %s.%n".formatted(this, summary);
        return usage + first + details + (syntax.contains("TIME") ? TIMES : "");
    }

    /// Returns its name as it is typed.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
