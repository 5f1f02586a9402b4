package dev.durableobjects.internal.gate;

/// Runs one step of a loop that serves everybody. What it throws is a fault of the runtime: it is
/// logged, and concerns nobody behind it. Stateless.
public final class Guarded {

    private static final System.Logger LOGGER = System.getLogger(Guarded.class.getName());

    private Guarded() {}

    /// Runs a step.
    ///
    /// @param what it is, for the log
    public static void run(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error fault) {
            warn(what, fault);
        }
    }

    /// Logs a fault that was handled.
    public static void warn(String what, Throwable fault) {
        LOGGER.log(System.Logger.Level.WARNING, what + " failed", fault);
    }
}
