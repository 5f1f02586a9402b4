package dev.durableobjects.conformance;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.conformance.Listed.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the parity page says agrees with what is run.
class ParityPageTest {

    private static final List<Case> CASES = CaseFile.read();
    private static final List<Listed> LINES = Listed.read();
    private static final Map<Case, Listed> LISTED = Listed.byCase(CASES, LINES);

    private final ParityPage page = ParityPage.read();

    @Test
    void testsThatHoldACaseExist() {
        List<String> missing =
                LINES.stream()
                        .filter(line -> line.verdict() == Verdict.HELD)
                        .flatMap(line -> Arrays.stream(line.detail().split(", ", -1)))
                        .distinct()
                        .filter(test -> !ParityPage.hasTest(test))
                        .toList();

        assertThat(missing, is(empty()));
    }

    @Test
    void whatDiffersOrIsMissingHasARowThatSaysSo() {
        Map<String, String> features = page.features();
        List<Listed> unsaid =
                LINES.stream()
                        .filter(line ->
                                line.verdict() == Verdict.DIFFERS
                                        || line.verdict() == Verdict.NOT_YET)
                        .filter(line -> !line.verdict().word().equals(features.get(line.detail())))
                        .toList();

        assertThat(unsaid, is(empty()));
    }

    @Test
    void casesThatThePageNamesAreRun() {
        List<String> idle =
                page.cases().stream()
                        .filter(glob ->
                                CASES.stream()
                                        .filter(known -> !LISTED.containsKey(known))
                                        .noneMatch(known -> Glob.matches(glob, known.id())))
                        .toList();

        assertThat(idle, is(empty()));
    }

    @Test
    void countsAreThoseOfThisRun() {
        List<String> rows =
                Stream.concat(
                                CASES.stream().map(Case::area).distinct().sorted().map(this::row),
                                Stream.of(row("all", CASES)))
                        .toList();

        assertThat(String.join("\n", page.counts()), is(String.join("\n", rows)));
    }

    private String row(String area) {
        return row(area, CASES.stream().filter(known -> known.area().equals(area)).toList());
    }

    /// Returns how many cases there are, how many are run, and how many have each verdict.
    private static String row(String title, List<Case> cases) {
        IntStream counts =
                IntStream.concat(
                        IntStream.of(cases.size(), count(cases, null)),
                        Arrays.stream(Verdict.values()).mapToInt(verdict -> count(cases, verdict)));
        return counts.mapToObj(String::valueOf)
                .collect(Collectors.joining(" | ", "| " + title + " | ", " |"));
    }

    private static int count(List<Case> cases, Verdict verdict) {
        return (int)
                cases.stream()
                        .map(LISTED::get)
                        .filter(line -> verdict == (line == null ? null : line.verdict()))
                        .count();
    }
}
