package dev.durableobjects.benchmarks.seats;

/// What became of a booking.
record BookingResult(String message, int status) {

    static BookingResult booked(String seatNumber) {
        return new BookingResult("Seat " + seatNumber + " booked successfully", 200);
    }

    static BookingResult refused() {
        return new BookingResult("Seat not available", 400);
    }
}
