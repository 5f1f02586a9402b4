package dev.durableobjects.example.seatbooking;

import java.util.List;

/// What others may ask of a flight.
interface FlightApi {

    /// Returns all seats, front to back, left to right.
    List<Seat> getSeats();

    /// Gives a seat to a passenger, who leaves any other seat of the flight for it.
    BookingResult assignSeat(String seatNumber, String name);
}
