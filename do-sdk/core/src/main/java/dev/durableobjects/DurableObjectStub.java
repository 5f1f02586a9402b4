package dev.durableobjects;

import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import java.util.Optional;

/// A caller's handle to one object.
///
/// Making a stub costs nothing and starts nothing. Every call finds the live instance of the
/// object, or starts one, so a stub stays usable after the object was evicted or reset. Calls made
/// through one stub start in the order in which they are made. Safe for use by many threads.
///
/// @param <T> the interface through which the object is called
public interface DurableObjectStub<T> {

    /// Returns the id of the object.
    DurableObjectId id();

    /// Returns the name of the object, if the stub was made from one.
    Optional<String> name();

    /// Returns the object's methods. Each call runs inside the object as one event, on the calling
    /// thread, and returns when its writes are durable. Arguments and results cross by value.
    ///
    /// Besides what the methods declare, a call may throw [DurableObjectException].
    T rpc();

    /// Sends a request to the object's [DurableObject#fetch] and returns its response once the
    /// writes behind it are durable.
    ///
    /// @throws DurableObjectException if the object cannot answer
    Response fetch(Request request);

    /// Returns a stub for the same object that repeats calls which fail for a passing reason.
    /// Without this, nothing is ever repeated.
    DurableObjectStub<T> withRetry(RetryPolicy policy);
}
