package dev.durableobjects.conformance;

import static dev.durableobjects.conformance.Values.comparable;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.conformance.SqlOps.Counters;
import dev.durableobjects.conformance.SqlOps.Next;
import dev.durableobjects.sql.SqlCursor;
import dev.durableobjects.sql.SqlRow;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// What a case says must come of a step, word by word. A word that nothing checks is a failure.
final class Expectations {

    /// Words that say more about others, or about Cloudflare's own tests. `onWrite` is for the end
    /// of the case, when its event has committed.
    private static final Set<String> REMARKS =
            Set.of(
                    "message_asserted",
                    "workerd_value",
                    "column",
                    "steps",
                    "ok",
                    "onWrite",
                    "commitScheduled",
                    "unordered");

    private final CaseWorld world;
    private final Outcome outcome;
    private final JsonObject expected;

    private Expectations(CaseWorld world, Outcome outcome, JsonObject expected) {
        this.world = world;
        this.outcome = outcome;
        this.expected = expected;
    }

    /// Returns whether the step must fail; null says nothing.
    static boolean isOfFailure(JsonObject expected) {
        return expected != null
                && (expected.containsKey("error") || expected.containsKey("message"));
    }

    static void check(CaseWorld world, Outcome outcome, JsonObject expected) throws Exception {
        Expectations all = new Expectations(world, outcome, expected);
        for (Map.Entry<String, JsonValue> word : expected.entrySet()) {
            if (!REMARKS.contains(word.getKey())) {
                all.check(word.getKey(), word.getValue());
            }
        }
    }

    private void check(String word, JsonValue value) throws Exception {
        switch (word) {
            case "rowsRead" -> assertThat(counters().rowsRead(), is(Values.toJava(value)));
            case "rowsWritten" -> assertThat(counters().rowsWritten(), is(Values.toJava(value)));
            case "rowsReadAtLeast" ->
                    assertThat(
                            counters().rowsRead(),
                            greaterThanOrEqualTo((Long) Values.toJava(value)));
            case "rows", "rowCount", "rows_match", "rows_shape", "ascending", "row" ->
                    checkRows(word, value);
            case "values" -> assertThat(values(), is(comparable(value)));
            case "raw", "columns", "files", "entries", "tags" ->
                    assertThat(value(), is(comparable(value)));
            case "value" -> checkValue(value);
            case "done" -> assertThat(((Next) outcome.value()).done(), is(bool(value)));
            case "blocked", "ready", "resolved" ->
                    assertThat(word, outcome.value(), is(bool(value)));
            case "error" -> assertThat(failure(), containsString(text(value)));
            case "message" -> assertThat(outcome.failure().getMessage(), is(text(value)));
            case "remote", "durableObjectId" -> checkFailure(word);
            case "absent" -> checkAbsence(value);
            case "gateBroken" -> assertThat(brokenGate(), containsString(text(value)));
            case "b_minus_a" ->
                    assertThat(
                            (Long) world.kept("b") - (Long) world.kept("a"),
                            is((Long) Values.toJava(value)));
            case "name" -> assertThat(world.id().name(), is(Optional.empty()));
            case "same" ->
                    assertThat(
                            world.outcomes().getFirst().value(),
                            is(world.outcomes().getLast().value()));
            default -> throw new AssertionError("nothing checks '%s'".formatted(word));
        }
    }

    private Counters counters() {
        return (Counters) outcome.value();
    }

    private void checkRows(String word, JsonValue value) {
        if (outcome.value() instanceof Counters) {
            Outcome read = world.outcomes().get(world.outcomes().size() - 2);
            assertThat((long) read.rows().size(), is(Values.toJava(value)));
            return;
        }
        if (outcome.value() instanceof Next) {
            assertThat(rowsOfAllSteps(), is(comparable(value)));
            return;
        }
        List<SqlRow> rows = outcome.rows();
        switch (word) {
            case "rows" -> assertThat(ordered(rows), is(ordered(value)));
            case "row" -> assertThat(comparable(rows), is(comparable(List.of(value))));
            case "rowCount" -> assertThat((long) rows.size(), is(Values.toJava(value)));
            case "ascending" -> {
                List<Double> scores = rows.stream().map(row -> row.getDouble(text(value))).toList();
                assertThat(scores, is(scores.stream().sorted(Comparator.naturalOrder()).toList()));
            }
            default -> checkForms(rows, (List<?>) Values.toJava(value));
        }
    }

    private Object ordered(Object rows) {
        Object list = comparable(rows);
        return expected.getBoolean("unordered", false) ? Set.copyOf((List<?>) list) : list;
    }

    private Object rowsOfAllSteps() {
        return world.outcomes().stream()
                .filter(step -> step.value() instanceof Next)
                .flatMap(step -> ((Next) step.value()).value().stream())
                .map(Values::comparable)
                .toList();
    }

    /// Compares each value with a regular expression, or with the word `integer`.
    private static void checkForms(List<SqlRow> rows, List<?> forms) {
        assertThat(rows.size(), is(forms.size()));
        for (int i = 0; i < forms.size(); i++) {
            SqlRow row = rows.get(i);
            ((Map<?, ?>) forms.get(i))
                    .forEach((column, form) -> {
                        Object found = row.get((String) column);
                        if (form.equals("integer")) {
                            assertThat(found, is(instanceOf(Long.class)));
                        } else {
                            boolean matches = ((String) found).matches((String) form);
                            assertThat(column + ": " + found, matches, is(true));
                        }
                    });
        }
    }

    private void checkValue(JsonValue value) {
        if (outcome.value() instanceof Next next) {
            assertThat(comparable(next.value().orElse(null)), is(comparable(value)));
        } else {
            assertThat(value(), is(comparable(value)));
        }
    }

    private void checkFailure(String word) {
        DurableObjectException about =
                DurableObjectException.about(outcome.failure()).orElseThrow(AssertionError::new);
        if (word.equals("remote")) {
            assertThat("remote", about.remote(), is(true));
        } else {
            assertThat(about.durableObjectId().orElseThrow(), is(world.stub().id()));
        }
    }

    private void checkAbsence(JsonValue value) {
        if (value instanceof JsonString text) {
            assertThat(failure(), not(containsString(text.getString())));
        } else {
            assertThat(value(), is(comparable((Object) null)));
        }
    }

    /// Returns the values of one column, or of all steps.
    private Object values() {
        return expected.containsKey("column")
                ? comparable(
                        outcome.rows().stream()
                                .map(row -> row.get(expected.getString("column")))
                                .toList())
                : world.outcomes().stream().map(step -> comparable(step.value())).toList();
    }

    private Object value() {
        assertThat(outcome.value(), is(not(instanceOf(SqlCursor.class))));
        return comparable(outcome.value());
    }

    private String failure() {
        if (outcome.failure() == null) {
            // Reading may fail, too; then it has failed with what is expected.
            Object value = outcome.value() instanceof SqlCursor ? outcome.rows() : outcome.value();
            throw new AssertionError("no failure, but " + value);
        }
        return String.valueOf(outcome.failure().getMessage());
    }

    /// Returns what the call got that carried the event, or else one of the next: nobody waits for
    /// an unconfirmed write.
    private String brokenGate() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(OpenEvent.PATIENCE_SECONDS);
        while (System.nanoTime() < deadline) {
            try {
                world.turn().get(OpenEvent.PATIENCE_SECONDS, TimeUnit.SECONDS);
                world.event();
            } catch (ExecutionException e) {
                return String.valueOf(e.getCause().getMessage());
            }
        }
        throw new AssertionError("the output gate is not broken");
    }

    private static boolean bool(JsonValue value) {
        return value.equals(JsonValue.TRUE);
    }

    private static String text(JsonValue value) {
        return ((JsonString) value).getString();
    }
}
