package dev.durableobjects.conformance;

import dev.durableobjects.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The page that compares us with Cloudflare, and the sources of the tests that it and the lists of
/// cases name.
final class ParityPage {

    private static final Path PAGE = Path.of("docs/reference/cloudflare-parity.md");
    private static final Pattern FEATURE =
            Pattern.compile(
                    "^\\| ([^|]+) \\| \\*\\*(yes|differs|not yet)\\*\\* \\|", Pattern.MULTILINE);
    private static final Pattern CASE =
            Pattern.compile(
                    "`((?:cursor|gate|ids|implicit|kv|lifecycle|limits|sql|stub|transaction|types)"
                            + "-[a-z0-9*-]+)`");
    private static final String COUNTS = "## The cases in numbers";

    private final String text;

    private ParityPage(String text) {
        this.text = text;
    }

    static ParityPage read() {
        return new ParityPage(Repository.read(PAGE));
    }

    /// Returns what the page says about each feature: yes, differs, not yet.
    Map<String, String> features() {
        return FEATURE.matcher(text)
                .results()
                .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2)));
    }

    /// Returns the names of cases that hold a row, in which a star stands for anything.
    List<String> cases() {
        return CASE.matcher(text).results().map(name -> name.group(1)).toList();
    }

    /// Returns the rows of the table of counts, without its head.
    List<String> counts() {
        int begin = text.indexOf(COUNTS);
        return text.substring(begin < 0 ? text.length() : begin)
                .lines()
                .filter(line -> line.startsWith("|"))
                .skip(2)
                .toList();
    }

    /// Returns whether there is a test of this name, as `Class.method`.
    static boolean hasTest(String name) {
        String[] parts = name.split("\\.", 2);
        try (Stream<Path> files = Files.walk(Repository.ROOT)) {
            return files.filter(file -> file.endsWith(parts[0] + ".java"))
                    .filter(file -> file.toString().contains("src/test"))
                    .anyMatch(file -> Repository.read(file).contains("void " + parts[1] + "("));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
