package dev.durableobjects.internal.storage;

import dev.durableobjects.sql.SqlPolicy;

/// The object that a database belongs to, as the database sees it.
public interface Host {

    /// Returns if the calling thread is inside the object, in one of its events.
    ///
    /// @throws IllegalStateException if it is not; the message names the object and says what to do
    void check();

    /// Returns if the object may get a file: asked once, before the first write makes it.
    ///
    /// @throws dev.durableobjects.AdmissionException if there may be no more objects
    void admitFile();

    /// Returns what SQL the object may run.
    SqlPolicy sqlPolicy();
}
