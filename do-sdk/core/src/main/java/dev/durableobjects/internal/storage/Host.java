package dev.durableobjects.internal.storage;

import dev.durableobjects.Callback;
import dev.durableobjects.sql.SqlPolicy;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// The object that a database belongs to, as the database sees it.
public interface Host {

    /// Checks that the calling thread is inside the object, in one of its events.
    ///
    /// @throws IllegalStateException if it is not; the message names the object and says what to do
    void check();

    /// Checks that the object may get a file: asked once, before the first write makes it.
    ///
    /// @throws dev.durableobjects.AdmissionException if there may be no more objects
    void admitFile();

    /// Ends the part of the event since its last commit: commits, and waits until it is durable,
    /// unless a `transaction` is open.
    ///
    /// @throws IllegalStateException inside of a transaction that other events must not see
    void settle();

    /// Commits, and waits until everything that was written is durable.
    ///
    /// @throws IllegalStateException inside of a transaction
    void sync();

    /// Returns whether everything that was committed is durable; it may be made so first.
    boolean isDurable();

    /// Waits until everything that was committed is durable.
    void awaitDurable();

    /// Moves what was committed from the log into the database before long, as an event of its own.
    void checkpointSoon();

    /// Runs the body while no event enters that it does not cause itself.
    <R extends @Nullable Object, X extends Exception> R exclusively(Callback<R, X> body) throws X;

    /// Returns the time of day.
    InstantSource clock();

    /// Checks that the object's class has the handler that runs when a schedule is due.
    ///
    /// @param name of the schedule, empty for the alarm
    /// @throws IllegalStateException if it does not
    void admitSchedule(String name);

    /// Returns what SQL the object may run.
    SqlPolicy sqlPolicy();
}
