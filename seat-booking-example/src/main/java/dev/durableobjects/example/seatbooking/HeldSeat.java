package dev.durableobjects.example.seatbooking;

/// A seat that somebody holds, as everybody may see it.
///
/// @param seatNumber row and letter, for example `1A`
/// @param heldMillis for how many milliseconds from now: a duration, so that no clock has to agree
///   with the server's
record HeldSeat(String seatNumber, long heldMillis) {}
