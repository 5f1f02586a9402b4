package dev.durableobjects.internal.storage;

import dev.durableobjects.Callback;
import dev.durableobjects.sql.SqlPolicy;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The host of a database that belongs to no object: whoever has it may use it at any time.
///
/// @param sqlPolicy what SQL may be run
/// @param durable makes durable what was committed, if that can be, and returns whether it is:
///   nothing else gets from the log into the database
record OpenHost(SqlPolicy sqlPolicy, BooleanSupplier durable) implements Host {

    @Override
    public void check() {}

    @Override
    public void admitFile() {}

    @Override
    public void settle() {}

    @Override
    public void sync() {}

    @Override
    public boolean isDurable() {
        return durable.getAsBoolean();
    }

    @Override
    public void awaitDurable() {}

    @Override
    public void checkpointSoon() {}

    @Override
    public InstantSource clock() {
        return InstantSource.system();
    }

    @Override
    public void admitSchedule(String name) {}

    @Override
    public <R extends @Nullable Object, X extends Exception> R exclusively(Callback<R, X> body)
            throws X {
        return body.run();
    }
}
