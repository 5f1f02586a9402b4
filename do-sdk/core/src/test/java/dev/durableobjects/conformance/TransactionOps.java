package dev.durableobjects.conformance;

import dev.durableobjects.Callback;
import dev.durableobjects.TransactionBody;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// What runs a body of steps.
final class TransactionOps {

    private TransactionOps() {}

    static void addTo(Map<String, Op> ops) {
        ops.put(
                "transactionSync",
                (Op.Inside)
                        (world, ctx, step) -> {
                            Callback<Object, Exception> body = () -> world.body(ctx, step);
                            return ctx.storage().transactionSync(body);
                        });
        ops.put(
                "transaction",
                (Op.Inside)
                        (world, ctx, step) -> {
                            TransactionBody<Object, Exception> body =
                                    txn -> world.body(ctx, step, txn);
                            return ctx.storage().transaction(body);
                        });
        ops.put("txn.begin", (Op.Outside) (world, step) -> world.event().begin());
        ops.put("txn.commit", (Op.Outside) (world, step) -> end(world, OpenEvent.End.COMMIT));
        ops.put("txn.rollback", (Op.Outside) (world, step) -> end(world, OpenEvent.End.ROLLBACK));
        ops.put(
                "blockConcurrencyWhile",
                (Op.Inside)
                        (world, ctx, step) -> {
                            Callback<Object, Exception> body = () -> world.body(ctx, step);
                            return ctx.blockConcurrencyWhile(body);
                        });
    }

    /// Ends the innermost transaction; its commit may be under way afterwards.
    private static Object end(CaseWorld world, OpenEvent.End how) throws Exception {
        CompletableFuture<Object> ended = world.event().end(how);
        return CaseWorld.unwrapped(() ->
                CompletableFuture.anyOf(ended, world.disk().asked())
                        .get(OpenEvent.PATIENCE_SECONDS, TimeUnit.SECONDS));
    }
}
