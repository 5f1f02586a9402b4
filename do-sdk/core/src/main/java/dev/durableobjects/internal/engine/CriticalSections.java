package dev.durableobjects.internal.engine;

import dev.durableobjects.Callback;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.Limit;
import dev.durableobjects.internal.gate.CriticalSection;
import org.jspecify.annotations.Nullable;

/// Runs what no other event may interrupt: constructors and `blockConcurrencyWhile`. Only the
/// object's thread may use it.
final class CriticalSections {

    private static final String TOO_LONG =
            "A call to blockConcurrencyWhile() in a Durable Object waited for too long. The call"
                    + " was canceled and the Durable Object was reset.";

    static final String TRANSACTION_TOO_LONG =
            "A transaction in a Durable Object waited for too long. The transaction was rolled"
                    + " back and the Durable Object was reset.";

    private CriticalSections() {}

    /// Runs the body; only events that it causes itself enter meanwhile. What it throws, or taking
    /// too long, breaks the activation.
    ///
    /// @throws IllegalStateException if sections are nested too deeply
    static <R extends @Nullable Object, X extends Exception> R run(
            Activation activation, Callback<R, X> body) throws X {
        return run(activation, TOO_LONG, body);
    }

    /// The same with other words for taking too long.
    static <R extends @Nullable Object, X extends Exception> R run(
            Activation activation, String tooLong, Callback<R, X> body) throws X {
        Turn turn = activation.turn();
        Node node = activation.node();
        CriticalSection outer = turn.section();
        if (outer != null && outer.depth() >= node.limits().get(Limit.CRITICAL_SECTION_DEPTH)) {
            throw new IllegalStateException("blockConcurrencyWhile() calls are nested too deeply.");
        }
        CriticalSection section = activation.gate().enterSection(outer);
        turn.section(section);
        try (Timers.Deadline _ =
                node.limit(
                        Limit.BLOCK_CONCURRENCY_SECONDS,
                        () -> activation.breakDown(Kind.TIMED_OUT, tooLong, null))) {
            return body.run();
        } catch (Throwable failure) {
            activation.breakDown(Kind.ABORTED, String.valueOf(failure.getMessage()), failure);
            throw failure;
        } finally {
            turn.section(outer);
            activation.gate().leaveSection(section);
        }
    }
}
