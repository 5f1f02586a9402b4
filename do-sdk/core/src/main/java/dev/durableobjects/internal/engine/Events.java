package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObject;
import dev.durableobjects.internal.gate.CriticalSection;
import org.jspecify.annotations.Nullable;

/// Runs events that have no caller: timers and what happens on sockets. Safe for use by many
/// threads.
///
/// @param activation the object
record Events(Activation activation) {

    /// Runs a handler as an event, on the calling thread. What it throws concerns nobody outside:
    /// it is logged.
    ///
    /// @param what it is, for the log
    /// @param section the critical section that the event belongs to
    /// @return whether the object was there to run it
    boolean deliver(String what, @Nullable CriticalSection section, Handler handler) {
        try {
            if (!activation.gate().requestAlways(section).await()) {
                return false;
            }
            activation.run(
                    new Turn(activation, section),
                    entered -> {
                        handler.handle(entered.instance().get());
                        return true;
                    });
        } catch (Throwable failure) {
            Failures.warn("%s: %s failed".formatted(activation, what), failure);
        }
        return true;
    }

    /// What runs inside the object.
    interface Handler {

        void handle(DurableObject object) throws Exception;
    }
}
