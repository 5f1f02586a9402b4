package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.Limit;
import dev.durableobjects.ShutdownReason;

/// Lets an object leave memory: its `preShutdown`, if its class has one, and then its files. Used
/// by the thread that is in the object.
final class LastWord {

    private LastWord() {}

    /// Ends an activation that the calling thread has entered and closed behind itself.
    static void end(Activation activation, ShutdownReason reason) {
        activation.leave();
        if (activation.instance().hasLastWord()) {
            speak(activation, reason);
        } else {
            activation.gate().leave();
        }
        if (!activation.isBroken()) {
            activation.closeFiles();
        }
    }

    private static void speak(Activation activation, ShutdownReason reason) {
        Node node = activation.node();
        Timers.Task limit =
                node.timers().at(node.after(Limit.PRE_SHUTDOWN_SECONDS), () -> giveUp(activation));
        try {
            activation.run(
                    new Turn(activation, null),
                    entered -> {
                        entered.instance().get().preShutdown(reason);
                        return true;
                    });
        } catch (Throwable failure) {
            Failures.warn(activation + ": preShutdown failed", failure);
        } finally {
            limit.cancel();
        }
    }

    private static void giveUp(Activation activation) {
        String message = "preShutdown took too long; what it wrote is lost";
        activation.cutShort(Kind.TIMED_OUT, message);
        Failures.warn(activation + ": " + message, null);
    }
}
