package dev.durableobjects.internal.engine;

import java.util.concurrent.atomic.AtomicInteger;

/// The places of those whose alarm or schedule runs: so many objects are woken at a time.
///
/// An object that is busy is in memory anyway. Whoever waits for it gives the place back, so that a
/// few objects that let nobody in do not stop the alarms of all others. Safe for use by many
/// threads.
final class AlarmPlaces {

    private final int max;
    private final Runnable onFree;
    private final AtomicInteger taken = new AtomicInteger();

    /// Makes places of which none is taken.
    ///
    /// @param onFree told when a place is given back; it must not block
    AlarmPlaces(int max, Runnable onFree) {
        this.max = max;
        this.onFree = onFree;
    }

    /// Returns whether all are taken.
    boolean areTaken() {
        return taken.get() >= max;
    }

    /// Takes one. Who asks before must be the only one that takes places so.
    Place take() {
        Place place = new Place();
        place.takeBack();
        return place;
    }

    /// The place of one run. Only its thread may use it.
    final class Place {

        private boolean isTaken;

        /// Takes it back, also if all are taken: who is inside of an object must not wait for a
        /// place.
        void takeBack() {
            if (!isTaken) {
                isTaken = true;
                taken.incrementAndGet();
            }
        }

        /// Lets another have it.
        void giveBack() {
            if (isTaken) {
                isTaken = false;
                taken.decrementAndGet();
                onFree.run();
            }
        }
    }
}
