package dev.durableobjects;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

    @Test
    void aValueMustBeInTheRangeOfTheLimit() {
        Limits largest = Limits.standard().with(Limit.TRANSACTION_MIB, 1_024);
        assertThat(largest.get(Limit.TRANSACTION_MIB), is(1_024));

        assertThat(
                refused(Limit.TRANSACTION_MIB, 1_025),
                is("limit transactionMib must be at most 1024, was 1025"));
        assertThat(refused(Limit.BODY_BYTES, 0), is("limit bodyBytes must be at least 1, was 0"));
    }

    private static String refused(Limit limit, int value) {
        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class, () -> Limits.standard().with(limit, value));
        return String.valueOf(refused.getMessage());
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
