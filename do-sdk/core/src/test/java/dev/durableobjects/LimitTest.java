package dev.durableobjects;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LimitTest {

    private static final Path SOURCE =
            Path.of("do-sdk/core/src/main/java/dev/durableobjects/Limit.java");

    @Test
    void theReferenceListsEveryLimitAsItIs() {
        String source = Repository.read(SOURCE);
        String table =
                Arrays.stream(Limit.values())
                        .map(limit -> row(limit, source))
                        .collect(Collectors.joining("\n", "|---|---|---|---|\n", "\n"));

        String reference = Repository.read(Path.of("docs/reference/configuration.md"));

        assertThat(reference, containsString(table));
    }

    private static String row(Limit limit, String source) {
        return "| `%s` | %d | %s | %s |"
                .formatted(limit.key(), limit.standard(), meaning(limit, source), limit.reason());
    }

    /// Returns the first sentence of the comment of a limit, without its full stop.
    private static String meaning(Limit limit, String source) {
        Matcher comment = Pattern.compile("((?:    ///.*\n)+)    " + limit + "\\(").matcher(source);
        assertThat(limit + " has a comment", comment.find(), is(true));
        String text = comment.group(1).replaceAll("\\s*/// ?", " ").strip();
        return text.replaceFirst("(?s)\\.( .*)?$", "");
    }
}
