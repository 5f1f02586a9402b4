package dev.durableobjects.internal.socket;

/// Lets effects of an object out when they may be seen: an object's output gate, from the view of a
/// socket.
@FunctionalInterface
public interface Outlet {

    /// Runs the effect once everything that the object has written so far is durable, in the order
    /// of the calls. Returns at once.
    void release(Runnable effect);
}
