package dev.durableobjects.internal.socket;

/// Lets effects of an object out when they may be seen: an object's output gate, from the view of a
/// socket. Only the object's thread may use it.
public interface Outlet {

    /// Returns a token of the part of the running event since its last commit. What is sent in one
    /// part leaves at once, so a peer cannot have read the first of it before the last has come.
    Object part();

    /// Runs the effect once everything that the running event writes is durable, in the order of
    /// the calls. Returns at once.
    ///
    /// @param bytes that the effect keeps in memory until then; one without any is never refused
    /// @throws dev.durableobjects.DurableObjectException if the event holds too many bytes
    void release(int bytes, Runnable effect);
}
