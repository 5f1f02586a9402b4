package dev.durableobjects.conformance;

import dev.durableobjects.Callback;
import java.util.Map;

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
                "blockConcurrencyWhile",
                (Op.Inside)
                        (world, ctx, step) -> {
                            Callback<Object, Exception> body = () -> world.body(ctx, step);
                            return ctx.blockConcurrencyWhile(body);
                        });
    }
}
