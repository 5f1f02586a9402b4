package dev.durableobjects.simulation;

import java.util.List;

/// What one event does to a [Cell].
///
/// @param op names the event; an event that it causes has its name and more
/// @param actions what it does, one after the other
record Program(String op, List<Action> actions) {

    /// Returns the name of the call from outside that caused an event.
    static String root(String op) {
        int slash = op.indexOf('/');
        return slash < 0 ? op : op.substring(0, slash);
    }

    /// One action. Between two actions, and within some, other threads run.
    sealed interface Action {

        /// Writes one turn to the cell's log.
        record Write() implements Action {}

        /// Lets others in.
        record Await() implements Action {}

        /// Lets others in for a while.
        record Sleep(long millis) implements Action {}

        /// Calls another cell, or this one.
        record Call(String cell, Program program) implements Action {}

        /// Does this while nobody else comes in.
        record Block(List<Action> actions) implements Action {}

        /// Makes durable what was written.
        record Sync() implements Action {}

        /// Sends the log to the cell's sockets.
        record Send() implements Action {}

        /// Does this in a task beside the event.
        record Beside(Program program) implements Action {}

        /// Does this later, in an event of its own.
        record Later(long millis, Program program) implements Action {}

        /// Sets the alarm, which has no name, or a schedule.
        ///
        /// @param periodMillis 0 if it is due once
        record Set(String name, long delayMillis, long periodMillis) implements Action {}

        /// Deletes the alarm or a schedule.
        record Delete(String name) implements Action {}

        /// Takes a bookmark.
        record Mark() implements Action {}

        /// Lets the cell be put back to one of its bookmarks.
        ///
        /// @param isByTime whether by the time of that bookmark
        /// @param aborts whether to reset the cell, so that it happens now
        record Restore(boolean isByTime, boolean aborts) implements Action {}

        /// Resets the cell, which becomes what another one was.
        record Fork(String cell) implements Action {}

        /// Resets the cell.
        record Abort() implements Action {}

        /// Throws an exception of the application.
        record Throw() implements Action {}
    }
}
