package dev.durableobjects.internal.gate;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/// Holds what an object sends out until the writes before it are durable, and lets it go in the
/// order in which it was held.
///
/// The owner of the object's input gate stamps each effect with the position of the object's newest
/// commit. Once a position is durable, everything stamped with it or with an earlier one leaves.
/// When the object breaks, what is still held is dropped: nobody sees an effect of a lost write.
///
/// Safe for use by many threads.
public final class OutputGate {

    // Guarded by this.
    private final Queue<Held> held = new ArrayDeque<>();
    private boolean broken;

    /// Holds effects until the position is durable. They run on the thread that opens the gate, one
    /// after the other, and must neither block nor throw.
    ///
    /// @param effects not changed by the caller any more
    public synchronized void hold(long position, List<Runnable> effects) {
        if (!broken) {
            held.add(new Held(position, effects));
        }
    }

    /// Lets everything go that waited for this position or an earlier one.
    public synchronized void open(long durable) {
        for (Held head = held.peek(); head != null && head.position <= durable; ) {
            held.remove();
            head.effects.forEach(Runnable::run);
            head = held.peek();
        }
    }

    /// Drops everything that is held, now and later.
    public synchronized void breakOpen() {
        broken = true;
        held.clear();
    }

    private record Held(long position, List<Runnable> effects) {}
}
