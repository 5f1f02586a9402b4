package dev.durableobjects.benchmarks.seats;

import java.util.Optional;

/// A seat as everybody may see it.
///
/// @param seatNumber row and letter, for example `1A`
/// @param occupant who sits there, if anybody does
record Seat(String seatNumber, Optional<String> occupant) {}
