package dev.durableobjects.conformance;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The output gate, and the commits behind it: `port.*` is the disk.
final class GateOps {

    private GateOps() {}

    static void addTo(Map<String, Op> ops) {
        ops.put("turn", (Op.Outside) GateOps::turn);
        ops.put("port.expect", (Op.Outside) GateOps::expectCalls);
        ops.put(
                "port.complete",
                (Op.Outside)
                        (world, step) -> {
                            if (!AlarmOps.isScheduling(step.text("call", ""))) {
                                world.disk().complete();
                            }
                            return null;
                        });
        ops.put(
                "port.fail",
                (Op.Outside)
                        (world, step) -> {
                            world.disk().fail(step.text("error"));
                            return null;
                        });
        ops.put("outputGate.poll", (Op.Outside) GateOps::pollGate);
        ops.put("outputGate.wait", (Op.Outside) (world, step) -> finished(world.turn()) == null);
        ops.put("storage.sync", (Op.Outside) GateOps::sync);
        ops.put("poll", (Op.Outside) GateOps::poll);
        ops.put("await", (Op.Outside) (world, step) -> finished(call(world, step)));
    }

    /// Ends the event, and goes on when its commit is under way.
    private static Object turn(CaseWorld world, Step step) throws Exception {
        CompletableFuture<?> call = world.turn();
        return patiently(
                CompletableFuture.anyOf(call.exceptionally(failure -> null), world.disk().asked()));
    }

    /// A commit is asked for when the event has ended, or at a sync.
    private static Object expectCalls(CaseWorld world, Step step) throws Exception {
        List<?> all = step.values("calls");
        List<?> calls =
                all.stream().filter(one -> !AlarmOps.isScheduling(String.valueOf(one))).toList();
        if (calls.isEmpty() && !all.isEmpty()) {
            return null;
        }
        CompletableFuture<?> call = world.turn();
        if (calls.isEmpty()) {
            finished(call);
        } else {
            patiently(world.disk().asked());
        }
        assertThat("commits asked for", world.disk().waiting(), is(calls.size()));
        return null;
    }

    /// Tells whether the call that carries the event is held back.
    private static Object pollGate(CaseWorld world, Step step) throws Exception {
        if (world.isInTransaction()) {
            // The event goes on, so ask whether it could send something now.
            finished(world.event().run(ctx -> ctx.<Object, RuntimeException>await(() -> true)));
            return false;
        }
        CompletableFuture<?> call = world.turn();
        boolean blocked =
                step.expect().map((JsonObject json) -> json.getBoolean("blocked")).orElse(false);
        if (blocked) {
            patiently(CompletableFuture.anyOf(call, world.disk().asked()));
        } else {
            finished(call);
        }
        return !call.isDone();
    }

    /// Syncs as the last thing of the event; a later step may ask how far it is.
    private static Object sync(CaseWorld world, Step step) throws Exception {
        CompletableFuture<Object> sync =
                world.event()
                        .run(ctx -> {
                            ctx.storage().sync();
                            return true;
                        });
        world.endEvent();
        return step.has("as") ? world.keep(step, sync) : finished(sync);
    }

    private static Object poll(CaseWorld world, Step step) throws Exception {
        CompletableFuture<?> call = call(world, step);
        boolean ready =
                step.expect().map((JsonObject json) -> json.getBoolean("ready")).orElse(true);
        if (ready) {
            finished(call);
        } else {
            patiently(world.disk().asked());
        }
        return call.isDone();
    }

    private static CompletableFuture<?> call(CaseWorld world, Step step) {
        return (CompletableFuture<?>) world.kept(step);
    }

    private static Object finished(CompletableFuture<?> call) throws Exception {
        return CaseWorld.unwrapped(() -> patiently(call));
    }

    private static Object patiently(CompletableFuture<?> call) throws Exception {
        return call.get(OpenEvent.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
