package dev.durableobjects.command;

import dev.durableobjects.internal.control.Results;
import dev.durableobjects.json.Json;
import dev.durableobjects.operations.Finding;
import java.util.Locale;
import java.util.stream.Collectors;

/// Results as people read them, without a line feed at the end. Stateless.
final class Text {

    private static final String ID = "%-64s  ";

    /// What no shell changes, and is no option.
    private static final String PLAIN = "[\\w/][\\w.:@/-]*";

    private Text() {}

    static String of(Results.Namespaces found) {
        if (found.namespaces().isEmpty()) {
            return "the data directory has no namespaces";
        }
        int width =
                found.namespaces().stream().mapToInt(one -> one.name().length()).max().orElse(0);
        String row = "%-" + Math.max(width, "NAMESPACE".length()) + "s  %s";
        return row.formatted("NAMESPACE", "UNIQUE KEY")
                + found.namespaces().stream()
                        .map(one -> "\n" + row.formatted(one.name(), one.uniqueKey()))
                        .collect(Collectors.joining());
    }

    static String of(Results.Objects page) {
        if (page.objects().isEmpty()) {
            return "there are no objects";
        }
        String rows =
                page.objects().stream()
                        .map(one ->
                                "\n"
                                        + ID.formatted(one.id())
                                        + one.name().map(Text::shown).orElse("(not known)"))
                        .collect(Collectors.joining());
        return ID.formatted("ID")
                + "NAME"
                + rows
                + page.cursor().map(cursor -> "\nthere are more: --cursor " + cursor).orElse("");
    }

    static String of(Results.Exported exported, Times times) {
        return "exported %s, as it %s, to %s (%s)"
                .formatted(
                        shown(exported.object()),
                        exported.at().map(at -> "was at " + times.shown(at)).orElse("is now"),
                        exported.file(),
                        bytes(exported.bytes()));
    }

    /// @param elsewhere the option that names the data directory, empty if none was given
    static String of(String what, Results.Changed changed, String elsewhere) {
        Results.Item object = changed.object();
        return "%s %s\n%s"
                .formatted(
                        what,
                        shown(object),
                        changed.undo()
                                .map(undo ->
                                        "undo with: durable rewind %s %s --to %s%s"
                                                .formatted(
                                                        typed(object.namespace()),
                                                        typed(object),
                                                        undo,
                                                        elsewhere))
                                .orElse("it cannot be undone: the namespace keeps no history"));
    }

    static String of(Results.BackedUp made, Times times) {
        return "made the backup %s\nof %s: %s, %s of them copied"
                .formatted(
                        made.directory(),
                        times.shown(made.time()),
                        size(made.files(), made.bytes()),
                        bytes(made.copiedBytes()));
    }

    static String of(Results.Restored restored, Times times) {
        Results.BackedUp backup = restored.backup();
        return "restored %s\nfrom the backup of %s: %s"
                .formatted(
                        restored.directory(),
                        times.shown(backup.time()),
                        size(backup.files(), backup.bytes()));
    }

    static String of(Results.Verified found) {
        String looked =
                "%d objects, %d files of the journal, %s"
                        .formatted(found.objects(), found.journalFiles(), bytes(found.bytes()));
        if (found.isHealthy()) {
            return "no damage: " + looked;
        }
        long more = found.found() - found.findings().size();
        return found.findings().stream().map(Finding::toString).collect(Collectors.joining("\n"))
                + (more > 0 ? "\n... and %d more".formatted(more) : "")
                + "\n%d findings: %s".formatted(found.found(), looked);
    }

    private static String size(long files, long bytes) {
        return "%d files, %s".formatted(files, bytes(bytes));
    }

    private static String shown(Results.Item object) {
        return object.namespace() + " " + shown(object.name().orElse(object.id()));
    }

    /// Returns a name, or its JSON if it has characters that a terminal would act on.
    static String shown(String name) {
        boolean isPlain = name.codePoints().noneMatch(Text::isActedOn);
        return isPlain && !name.isBlank() ? name : Json.text(name);
    }

    /// Returns what a shell takes for this object.
    private static String typed(Results.Item object) {
        return object.name().filter(name -> name.matches(PLAIN)).orElse(object.id());
    }

    /// Returns what a shell takes for this text.
    static String typed(String text) {
        return text.matches(PLAIN) ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /// Returns a text without characters that a terminal would act on, but for line feeds.
    static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    if (c != '\n' && isActedOn(c)) {
                        printable.append("\\u%04x".formatted(c));
                    } else {
                        printable.appendCodePoint(c);
                    }
                });
        return printable.toString();
    }

    private static boolean isActedOn(int c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
    }

    /// Returns a number of bytes as people read it.
    static String bytes(long bytes) {
        if (bytes < 10 << 10) {
            return "%d bytes".formatted(bytes);
        }
        String[] units = {"KiB", "MiB", "GiB", "TiB"};
        double value = bytes / 1024.0;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
