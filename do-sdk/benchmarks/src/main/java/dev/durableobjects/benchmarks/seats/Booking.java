package dev.durableobjects.benchmarks.seats;

/// What a passenger asks for.
record Booking(String seatNumber, String name) {}
