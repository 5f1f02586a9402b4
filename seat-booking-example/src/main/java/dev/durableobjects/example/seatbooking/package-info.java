/// The seat booking app: one Durable Object per flight.
///
/// `Main` starts it, `SeatWorker` finds the flight of a request, `Flight` is the object. The
/// tutorial in `docs/tutorial.md` builds these files step by step.
package dev.durableobjects.example.seatbooking;
