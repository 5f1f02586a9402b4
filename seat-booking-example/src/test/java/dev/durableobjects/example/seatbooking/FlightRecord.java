package dev.durableobjects.example.seatbooking;

import java.util.List;

/// What a flight has written down of its holds.
///
/// @param holds all that there ever were
/// @param faults what should not have happened
record FlightRecord(List<Entry> holds, List<String> faults) {

    /// A hold.
    ///
    /// @param until when it is over, in milliseconds of the epoch
    /// @param state how it ended; empty if it did not
    record Entry(String holder, String seatId, long until, String state) {

        boolean isOpen() {
            return state.isEmpty();
        }
    }

    boolean isOpen() {
        return holds.stream().anyMatch(Entry::isOpen);
    }
}
