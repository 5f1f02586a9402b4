package dev.durableobjects.example.seatbooking;

/// What became of a booking, or of a hold.
///
/// @param message for people
/// @param status the HTTP status that says the same
record BookingResult(String message, int status) {

    static BookingResult booked(String seatNumber) {
        return new BookingResult("Seat %s booked successfully".formatted(seatNumber), 200);
    }

    static BookingResult held(String seatNumber) {
        return new BookingResult("Seat %s is held for you".formatted(seatNumber), 200);
    }

    static BookingResult released(String seatNumber) {
        return new BookingResult("Seat %s is not held for you any more".formatted(seatNumber), 200);
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
