package dev.durableobjects;

import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;

/// The stateless front of an application: receives every request, and finds the object for it.
///
/// A Worker is called by many threads at once, each on a virtual thread of its own, and may block.
@FunctionalInterface
public interface Worker {

    /// Answers a request, usually by a call to an object. To upgrade a request to a WebSocket,
    /// return the response of the object that accepted it.
    ///
    /// @throws Exception anything; the client then gets a fixed text with status 500 (503 if an
    ///   object was overloaded) and the details go to the log
    Response fetch(Request request, Env env) throws Exception;
}
