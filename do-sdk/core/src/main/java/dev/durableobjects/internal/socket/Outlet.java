package dev.durableobjects.internal.socket;

/// Lets effects of an object out when they may be seen: an object's output gate, from the view of a
/// socket. Only the object's thread may use it.
@FunctionalInterface
public interface Outlet {

    /// Runs the effect once everything that the running event writes is durable, in the order of
    /// the calls. Returns at once.
    ///
    /// @param bytes that the effect keeps in memory until then; one without any is never refused
    /// @throws dev.durableobjects.DurableObjectException if the event holds too many bytes
    /// @throws IllegalStateException if the calling thread is not in an event of the object
    void release(int bytes, Runnable effect);
}
