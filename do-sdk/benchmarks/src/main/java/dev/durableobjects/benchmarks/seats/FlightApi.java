package dev.durableobjects.benchmarks.seats;

import java.util.List;

/// What a flight does for its callers.
interface FlightApi {

    /// Returns all seats.
    List<Seat> getSeats();

    /// Gives a seat to a passenger and tells everybody who watches.
    BookingResult assignSeat(String seatNumber, String name);

    /// Counts one up, which is the smallest write there is: one row.
    long bump();
}
