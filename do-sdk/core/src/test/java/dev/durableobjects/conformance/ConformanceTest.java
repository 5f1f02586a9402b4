package dev.durableobjects.conformance;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import jakarta.json.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Behaves as Cloudflare's Durable Objects do, case by case. A case is run, or `listed.txt` says
/// why not.
class ConformanceTest {

    private static final List<Case> CASES = CaseFile.read();
    private static final List<Listed> LINES = Listed.read();
    private static final Map<Case, Listed> LISTED = Listed.byCase(CASES, LINES);

    private static final Step ALARM =
            Step.of(Json.createObjectBuilder().add("op", "alarm.get").build());

    @TempDir private Path directory;

    @TestFactory
    Stream<DynamicTest> behavesLike() {
        return CASES.stream()
                .filter(known -> !LISTED.containsKey(known) && known.isMachine())
                .map(known -> DynamicTest.dynamicTest(known.id(), () -> runNamed(known)));
    }

    @Test
    void everyCaseThatNoMachineCanReadIsListed() {
        List<Case> forgotten =
                CASES.stream()
                        .filter(known -> !LISTED.containsKey(known) && !known.isMachine())
                        .toList();

        assertThat(forgotten, is(empty()));
    }

    @Test
    void everyLineListsACase() {
        List<Listed> idle = LINES.stream().filter(line -> !LISTED.containsValue(line)).toList();

        assertThat(idle, is(empty()));
    }

    @Test
    void namesOfCasesDiffer() {
        assertThat(CASES, is(not(empty())));
        assertThat(CASES.stream().map(Case::id).distinct().count(), is((long) CASES.size()));
    }

    /// Reports leave the names of dynamic tests out, so the failure says which case it is about.
    private void runNamed(Case known) {
        try {
            run(known);
        } catch (Exception | AssertionError failure) {
            throw new AssertionError("%s: %s".formatted(known, failure.getMessage()), failure);
        }
    }

    private void run(Case known) throws Exception {
        try (CaseWorld world = new CaseWorld(directory.resolve(known.id()))) {
            setUp(known, world);
            boolean asks = asksForTheAlarm(known);
            for (int i = 0; i < known.steps().size(); i++) {
                boolean isLast = i == known.steps().size() - 1;
                world.run(known.steps().get(i), isLast && !asks ? known.expect() : null);
            }
            if (asks) {
                world.run(ALARM, known.expect());
            }
            world.disk().release();
            if (!known.uses("port.fail")) {
                world.turn().get(OpenEvent.PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            if (known.expect().containsKey("onWrite")) {
                assertThat(world.commits(), is(greaterThan(0)));
            }
        }
    }

    /// Returns whether a case expects an alarm at its end without a step that asks for it.
    private static boolean asksForTheAlarm(Case known) {
        return known.area().equals("alarm")
                && known.expect().containsKey("value")
                && !known.steps().getLast().op().equals("alarm.get");
    }

    /// Does what stands before the case: in its event, unless the case is about commits.
    private static void setUp(Case known, CaseWorld world) throws Exception {
        boolean isDiskManual = known.uses("port.*");
        if (known.setup().stream().anyMatch(step -> step.op().startsWith("port."))) {
            world.disk().hold();
        }
        for (Step step : known.setup()) {
            world.run(step, null);
        }
        if (isDiskManual || known.expect().containsKey("onWrite")) {
            world.turn().get(OpenEvent.PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        world.begin();
        if (isDiskManual) {
            world.disk().hold();
        }
    }
}
