package dev.durableobjects.conformance;

import dev.durableobjects.DurableObjectState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// One event of the object that stays open while the runner hands it parts to run, and ends when
/// the runner says so. The call that carries it ends once what it wrote is durable.
final class OpenEvent {

    /// How long to wait for what must come; only a failing run waits that long.
    static final long PATIENCE_SECONDS = 30;

    /// A part of an event.
    interface Part<R> {
        R run(DurableObjectState ctx) throws Exception;
    }

    /// The whole event, as a call to the object.
    interface Call {
        void run() throws Exception;
    }

    /// How a transaction ends.
    enum End {
        COMMIT,
        ROLLBACK
    }

    private final Deque<CompletableFuture<Object>> transactions = new ArrayDeque<>();
    private final BlockingQueue<Runner> parts = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> call = new CompletableFuture<>();

    // Only the object's thread.
    private End how = End.COMMIT;

    /// Starts the call that carries the event.
    void start(Call body) {
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        body.run();
                        call.complete(null);
                    } catch (Throwable failure) {
                        call.completeExceptionally(failure);
                    }
                });
    }

    /// Hands a part over.
    ///
    /// @return what comes of it, or of the call if the part cannot run any more
    <R> CompletableFuture<R> run(Part<R> part) {
        CompletableFuture<R> result = new CompletableFuture<>();
        parts.add(ctx -> {
            try {
                result.complete(part.run(ctx));
            } catch (Throwable failure) {
                result.completeExceptionally(failure);
                throwIfAborted(failure);
            }
            return true;
        });
        var _ =
                call.whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        result.completeExceptionally(failure);
                    }
                });
        return result;
    }

    /// Begins a transaction; the parts that follow belong to it until it ends.
    Object begin() throws Exception {
        CompletableFuture<Object> begun = new CompletableFuture<>();
        CompletableFuture<Object> ended = new CompletableFuture<>();
        transactions.push(ended);
        parts.add(ctx -> {
            try {
                ctx.storage()
                        .transaction(txn -> {
                            begun.complete(null);
                            serve(ctx);
                            if (how == End.ROLLBACK) {
                                txn.rollback();
                            }
                            return null;
                        });
                ended.complete(null);
            } catch (Exception failure) {
                begun.completeExceptionally(failure);
                ended.completeExceptionally(failure);
            }
            return true;
        });
        return begun.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// Ends the innermost transaction.
    ///
    /// @return what completes when it has ended
    CompletableFuture<Object> end(End manner) {
        parts.add(ctx -> {
            how = manner;
            return false;
        });
        return transactions.pop();
    }

    boolean isInTransaction() {
        return !transactions.isEmpty();
    }

    /// Lets the event end after the parts that it has.
    void end() {
        parts.add(ctx -> false);
    }

    /// Returns the call that carries the event.
    CompletableFuture<Void> call() {
        return call;
    }

    /// Runs the parts, on the object's thread.
    void serve(DurableObjectState ctx) throws InterruptedException {
        boolean more = true;
        while (more) {
            Runner next = parts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            more = next != null && next.run(ctx);
        }
    }

    /// An abort leaves the event, whatever the case makes of it.
    private static void throwIfAborted(Throwable failure) {
        if (failure instanceof Error error && !(error instanceof AssertionError)) {
            throw error;
        }
    }

    /// Runs a part and tells whether the event goes on.
    private interface Runner {
        boolean run(DurableObjectState ctx);
    }
}
