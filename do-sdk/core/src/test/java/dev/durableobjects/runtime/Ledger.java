package dev.durableobjects.runtime;

import dev.durableobjects.Binding;
import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObjectSnapshot;
import dev.durableobjects.Limit;
import java.nio.file.Path;
import java.util.List;

/// What tests of crashes ask an object to keep: entries, and an account of what it planned and of
/// what was run.
interface Ledger {

    Binding<Ledger> LEDGER = Binding.of("LEDGER", Ledger.class);

    /// The schedule that is due again and again.
    String TICK = "tick";

    int OBJECTS = 24;
    int PLANS = 5;

    /// Adds an entry in three writes, of which never only some may be seen.
    void write(int number, int bytes);

    /// Sets the alarm, or a schedule if the name is not empty, in place of what was set before.
    void plan(int number, String name, long delayMillis);

    /// Deletes the alarm, or a schedule if the name is not empty.
    void cancel(String name);

    /// Sets the schedule that is due again and again, in place of the one before.
    void repeat(long periodMillis);

    /// Returns the entries.
    List<Integer> written();

    /// Returns the plans that were made, whatever has become of them.
    List<Integer> planned();

    /// Returns the plans whose run has succeeded.
    List<Integer> ran();

    /// Returns how many plans are still to run.
    int waiting();

    /// Returns when what is due again and again was last due, 0 if it never was, -1 if it was never
    /// set.
    long lastTick();

    /// Returns what contradicts itself: halves, runs that were early or not due, plans that the
    /// object knows and its schedules do not.
    List<String> wrong();

    /// A moment of an object, and what it held then.
    record Mark(Bookmark bookmark, String digest) {}

    /// Returns this moment.
    Mark mark();

    /// Returns a digest of all rows.
    String digest();

    /// Returns what the object held at a moment.
    DurableObjectSnapshot at(Bookmark bookmark);

    /// Makes this object what another was, and resets it.
    void become(DurableObjectSnapshot state);

    /// Returns the name of the object that a number belongs to.
    static String name(int number) {
        return "o" + number % OBJECTS;
    }

    /// Returns the name of a schedule, empty for the alarm.
    static String plan(int number) {
        int plan = number / OBJECTS % PLANS;
        return plan == 0 ? "" : "p" + plan;
    }

    /// Returns whether the first run of a plan fails.
    static boolean isRetried(int number) {
        return number % 13 == 0;
    }

    static Ledger of(DurableObjects objects, String name) {
        return objects.env().namespace(LEDGER).getByName(name).rpc();
    }

    /// Starts a runtime with a small journal, and fewer places in memory than objects; but as many
    /// as can be busy at once: six threads, two alarms and the sockets' messages.
    static DurableObjects start(Path directory) {
        return DurableObjects.builder()
                .directory(directory)
                .limit(Limit.JOURNAL_MIB, 1)
                .limit(Limit.LIVE_OBJECTS, 16)
                .limit(Limit.ALARMS_RUNNING, 2) // They take places, too.
                .namespace(LEDGER, LedgerObject::new)
                .build();
    }
}
