package dev.durableobjects.example.seatbooking;

/// What became of a booking.
///
/// @param message for people
/// @param status the HTTP status that says the same
record BookingResult(String message, int status) {

    static BookingResult booked(String seatNumber) {
        return new BookingResult("Seat %s booked successfully".formatted(seatNumber), 200);
    }

    static BookingResult taken() {
        return new BookingResult("Seat not available", 409);
    }

    static BookingResult unknown() {
        return new BookingResult("Seat not available", 404);
    }

    static BookingResult refused(String expected) {
        return new BookingResult(expected, 400);
    }
}
