package dev.durableobjects.conformance;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A line of `listed.txt`: why some cases are not run.
///
/// @param kind what the pattern is about: `case`, `op`, `tag` or `area`
/// @param glob a name, in which a star stands for anything
/// @param verdict what is said about the cases
/// @param detail tests that hold them, the feature of the parity page that they belong to, or why
///   they mean nothing here
record Listed(String kind, String glob, Verdict verdict, String detail) {

    private static final Pattern LINE =
            Pattern.compile("(case|op|tag|area) (\\S+) = ([a-z ]+): (.+)");

    /// What becomes of cases that are not run.
    enum Verdict {
        /// Other tests, named in the line, hold the same.
        HELD("held"),
        /// We do something else; the parity page has a row that says so.
        DIFFERS("differs"),
        /// The feature is missing; the parity page has a row that says so.
        NOT_YET("not yet"),
        /// They mean nothing outside of Cloudflare's own code.
        OUTSIDE("outside");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        static Verdict of(String word) {
            return Arrays.stream(values())
                    .filter(verdict -> verdict.word.equals(word))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no verdict '%s'".formatted(word)));
        }
    }

    static List<Listed> read() {
        return CaseFile.lines("listed.txt").stream().map(Listed::of).toList();
    }

    private static Listed of(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new AssertionError("not of the form '%s': %s".formatted(LINE, line));
        }
        return new Listed(
                matcher.group(1), matcher.group(2), Verdict.of(matcher.group(3)), matcher.group(4));
    }

    /// Returns the first line about each case that has one.
    static Map<Case, Listed> byCase(List<Case> cases, List<Listed> lines) {
        Map<Case, Listed> result = new LinkedHashMap<>();
        for (Case known : cases) {
            Optional<Listed> line = lines.stream().filter(one -> one.isAbout(known)).findFirst();
            line.ifPresent(found -> result.put(known, found));
        }
        return result;
    }

    private boolean isAbout(Case known) {
        return switch (kind) {
            case "case" -> Glob.matches(glob, known.id());
            case "op" -> known.uses(glob);
            case "tag" -> known.tags().contains(glob);
            default -> known.area().equals(glob);
        };
    }

    @Override
    public String toString() {
        return "%s %s = %s: %s".formatted(kind, glob, verdict.word(), detail);
    }
}
