package dev.durableobjects.runtime;

import io.helidon.Main;
import io.helidon.common.Weighted;
import io.helidon.spi.HelidonShutdownHandler;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Closes a runtime when the process is asked to end, before Helidon stops the web server: a
/// stopped server interrupts its connections, and then nothing can be said to a client any more.
/// Safe for use by many threads.
///
/// @param objects the runtime
record ShutdownHook(DurableObjects objects) implements HelidonShutdownHandler, Weighted {

    /// The server's own handler has the default weight; higher ones run earlier.
    private static final double BEFORE_THE_SERVER = Weighted.DEFAULT_WEIGHT + 100;

    private static final Map<DurableObjects, ShutdownHook> HOOKS = new ConcurrentHashMap<>();

    static void install(DurableObjects objects) {
        Main.addShutdownHandler(HOOKS.computeIfAbsent(objects, ShutdownHook::new));
    }

    static void remove(DurableObjects objects) {
        ShutdownHook hook = HOOKS.remove(objects);
        if (hook != null) {
            Main.removeShutdownHandler(hook);
        }
    }

    @Override
    public double weight() {
        return BEFORE_THE_SERVER;
    }

    @Override
    public void shutdown() {
        objects.close();
    }
}
