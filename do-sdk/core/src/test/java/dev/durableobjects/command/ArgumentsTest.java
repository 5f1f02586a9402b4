package dev.durableobjects.command;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {

    private static final Syntax SYNTAX =
            Syntax.of("NAME [FILE] --to TIME|BOOKMARK [--limit LIMIT] [--yes]");
    private static final Times BERLIN = new Times(ZoneId.of("Europe/Berlin"));

    @Test
    void operandsAndOptionsComeInAnyOrder() {
        Arguments arguments = read("--yes a --to=now --limit 7 b");

        assertThat(arguments.operand("NAME"), is("a"));
        assertThat(arguments.optionalOperand("FILE"), is(Optional.of("b")));
        assertThat(arguments.option("--to"), is(Optional.of("now")));
        assertThat(arguments.option("--limit"), is(Optional.of("7")));
        assertThat("--yes", arguments.has("--yes"), is(true));
    }

    @Test
    void whatMayBeMissingIsEmpty() {
        Arguments arguments = read("a --to now");

        assertThat(arguments.optionalOperand("FILE"), is(Optional.empty()));
        assertThat(arguments.option("--limit"), is(Optional.empty()));
        assertThat("--yes", arguments.has("--yes"), is(false));
    }

    @Test
    void behindTwoDashesNothingIsAnOption() {
        assertThat(read("--to now -- --yes").operand("NAME"), is("--yes"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --to now | NAME is missing
                    a b c --to now | 'c' is one argument too many
                    a | option --to is missing
                    a --to | option --to needs a value: TIME|BOOKMARK
                    a --to=1 --to=2 | option --to may be given once
                    a --yes=1 --to=2 | option --yes takes no value
                    a --force | unknown option --force; there are --to, --limit, --yes
                    """,
            maxCharsPerColumn = 1000)
    void aMistakeIsRefused(String words, String message) {
        UsageException thrown = assertThrows(UsageException.class, () -> read(words));

        assertThat(thrown.getMessage(), containsString(message));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-02T09:41:59Z, 2026-03-02T09:41:59Z",
        "2026-03-02T10:41:59+01:00, 2026-03-02T09:41:59Z",
        "2026-03-02T10:41:59, 2026-03-02T09:41:59Z",
        "2026-07-02T10:41, 2026-07-02T08:41:00Z"
    })
    void aTimeMayBeOneOfTheZone(String text, Instant expected) {
        assertThat(BERLIN.read(text), is(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    yesterday | a time is written 2026-03-02T09:41:59Z
                    2026-03-29T02:30:00 | was skipped by the clocks of Europe/Berlin
                    2026-10-25T02:30:00 | 00+02:00 or 2026-10-25T02:30:00+01:00
                    """)
    void aTimeIsOneMoment(String text, String message) {
        UsageException thrown = assertThrows(UsageException.class, () -> BERLIN.read(text));

        assertThat(thrown.getMessage(), containsString(message));
    }

    @Test
    void aTimeIsShownInTheZoneAndInUtc() {
        assertThat(
                BERLIN.shown(Instant.parse("2026-03-02T09:41:59.123456Z")),
                is("2026-03-02T10:41:59.123 Europe/Berlin (2026-03-02T09:41:59.123Z)"));
    }

    private static Arguments read(String words) {
        return Arguments.of(SYNTAX, List.of(words.split(" ")));
    }
}
