package dev.durableobjects.conformance;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.DurableObjectTransaction;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.runtime.TestRuntime;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// Everything around the steps of one case: a runtime with one object, its disk, the event that is
/// open, and what the steps have kept for later ones. Consecutive steps of the object run in one
/// event; a step around the object ends it.
final class CaseWorld implements AutoCloseable {

    private static final String KEY = "conformance";

    private final Path directory;
    private final ManualDisk disk = new ManualDisk();
    private final OpenEvents events = new OpenEvents();
    private final Map<String, Object> kept = new HashMap<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private String uniqueKey = KEY;
    private int commitsBefore;
    private DurableObjects objects;
    private DurableObjectId id;
    private OpenEvent event;
    private CompletableFuture<Void> lastCall = CompletableFuture.completedFuture(null);

    CaseWorld(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    ManualDisk disk() {
        return disk;
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    DurableObjectNamespace<CaseApi> namespace(Step step) {
        if (step.has("uniqueKey")) {
            stop();
            uniqueKey = step.text("uniqueKey");
        }
        return runtime().env().namespace(CaseObject.binding());
    }

    DurableObjectStub<CaseApi> stub() {
        return runtime().env().namespace(CaseObject.binding()).getByName("the object");
    }

    DurableObjectId id() {
        return id == null ? id(stub().id()) : id;
    }

    DurableObjectId id(DurableObjectId made) {
        id = made;
        return made;
    }

    /// The case itself begins: what its setup did does not count.
    void begin() {
        outcomes.clear();
        commitsBefore = disk.commits();
    }

    /// Returns how many commits the case has made.
    int commits() {
        return disk.commits() - commitsBefore;
    }

    /// Keeps a value under the name that the step gives to it, if it does.
    <T> T keep(Step step, T value) {
        if (step.has("as")) {
            kept.put(step.text("as"), value);
        }
        return value;
    }

    Object kept(Step step) {
        return kept(step.text("on"));
    }

    Object kept(String name) {
        if (!kept.containsKey(name)) {
            throw new AssertionError("no step has kept " + name);
        }
        return kept.get(name);
    }

    /// Returns the event that is open, or opens one.
    OpenEvent event() {
        if (event == null) {
            OpenEvent opened = new OpenEvent();
            String key = events.add(opened);
            DurableObjectStub<CaseApi> stub = stub();
            opened.start(() -> stub.rpc().event(key));
            event = opened;
        }
        return event;
    }

    /// Returns whether an event is open, and in it a transaction.
    boolean isInTransaction() {
        return event != null && event.isInTransaction();
    }

    /// Lets the event end that is open, if there is one.
    void endEvent() {
        if (event != null) {
            event.end();
            lastCall = event.call();
            event = null;
        }
    }

    /// Lets the event end that is open, and returns the call that carried the last one.
    CompletableFuture<Void> turn() {
        endEvent();
        return lastCall;
    }

    /// Runs a step, and checks what must come of it.
    ///
    /// @param expected what must come of it besides what the step says itself
    void run(Step step, JsonObject expected) throws Exception {
        for (int i = 0; i < step.number("repeat", 1); i++) {
            if (Ops.get(step) instanceof Op.Inside) {
                runInside(step, expected);
            } else {
                perform(null, step, expected);
            }
        }
    }

    private void runInside(Step step, JsonObject expected) throws Exception {
        int before = outcomes.size();
        try {
            unwrapped(() -> patiently(event().run(ctx -> perform(ctx, step, expected))));
        } catch (Exception failure) {
            if (outcomes.size() > before) {
                throw failure;
            }
            judge(Outcome.failed(failure), step, expected); // The event did not begin.
        }
    }

    /// Runs the steps of a body, on the object's thread.
    ///
    /// @return what the body returns
    Object body(DurableObjectState ctx, Step outer) throws Exception {
        return body(ctx, outer, null);
    }

    /// Runs the steps of the body of a transaction, which they may undo.
    Object body(DurableObjectState ctx, Step outer, DurableObjectTransaction txn) throws Exception {
        for (Step step : outer.steps("body")) {
            switch (step.op()) {
                case "return" -> {
                    return step.value("value");
                }
                case "txn.rollback" -> txn.rollback();
                case "throw" -> throw new IllegalStateException(step.text("error"));
                default -> perform(ctx, step, null);
            }
        }
        return null;
    }

    private Object perform(DurableObjectState ctx, Step step, JsonObject expected)
            throws Exception {
        Outcome outcome;
        try {
            outcome =
                    Outcome.of(
                            switch (Ops.get(step)) {
                                case Op.Inside op -> op.run(this, ctx, step);
                                case Op.Outside op -> op.run(this, step);
                            });
        } catch (Exception failure) {
            outcome = Outcome.failed(failure);
        }
        judge(outcome, step, expected);
        return null;
    }

    private void judge(Outcome outcome, Step step, JsonObject expected) throws Exception {
        outcomes.add(outcome);
        JsonObject own = step.expect().orElse(null);
        if (outcome.failure() instanceof Exception failure
                && !Expectations.isOfFailure(own)
                && !Expectations.isOfFailure(expected)) {
            throw failure;
        }
        if (own != null) {
            Expectations.check(this, outcome, own);
        }
        if (expected != null) {
            Expectations.check(this, outcome, expected);
        }
    }

    /// Runs something, and throws what a future has wrapped.
    static <T> T unwrapped(Callable<T> body) throws Exception {
        try {
            return body.call();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw e;
            }
        }
    }

    private static <T> T patiently(CompletableFuture<T> call) throws Exception {
        return call.get(OpenEvent.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private DurableObjects runtime() {
        if (objects == null) {
            objects =
                    TestRuntime.withClock(
                                    TestRuntime.withDisk(DurableObjects.builder(), disk),
                                    () -> Instant.EPOCH)
                            .directory(directory)
                            .namespace(
                                    CaseObject.binding(),
                                    (ctx, env) -> new CaseObject(ctx, env, events),
                                    settings -> settings.uniqueKey(uniqueKey))
                            .build();
        }
        return objects;
    }

    /// Closes the runtime; what is used next opens it again.
    void stop() {
        if (objects != null) {
            objects.close();
            objects = null;
        }
    }

    @Override
    public void close() {
        endEvent();
        disk.release();
        stop();
    }
}
