package dev.durableobjects.internal.control;

import jakarta.json.JsonObject;

/// One line of what a node answers: any number of [Progressed], then one of the others. Immutable.
sealed interface Answer {

    /// How far it is.
    ///
    /// @param what is being done
    /// @param done how much of it
    /// @param total how much there is
    record Progressed(String what, long done, long total) implements Answer {}

    /// It is done.
    ///
    /// @param result what [Request#result] says
    record Done(JsonObject result) implements Answer {}

    /// It cannot be done. Every version of the protocol has this line as it is here, so that each
    /// can tell the other that they do not fit.
    ///
    /// @param message what was expected, and what was found
    record Failed(String message) implements Answer {}
}
