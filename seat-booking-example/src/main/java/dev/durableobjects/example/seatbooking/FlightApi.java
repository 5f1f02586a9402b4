package dev.durableobjects.example.seatbooking;

import java.util.List;

/// What others may ask of a flight.
interface FlightApi {

    /// Returns all seats, front to back, left to right.
    List<Seat> getSeats();

    /// Gives a seat to a passenger, who leaves any other seat of the flight for it. Nobody gets a
    /// seat that somebody else holds.
    BookingResult assignSeat(Booking booking);

    /// Returns the seats that are held.
    List<HeldSeat> getHolds();

    /// Keeps a free seat for a short time, while its passenger fills in the form.
    BookingResult holdSeat(Hold hold);

    /// Ends a hold before its time; if there is none, nothing happens.
    BookingResult releaseSeat(Hold hold);
}
