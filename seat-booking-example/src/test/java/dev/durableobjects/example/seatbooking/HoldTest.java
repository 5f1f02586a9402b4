package dev.durableobjects.example.seatbooking;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The contract of holds, over HTTP and WebSocket.
@Timeout(60)
class HoldTest {

    private static final String ANN = "ann-is-the-holder";
    private static final String BOB = "bob-is-the-holder";

    @TempDir private Path directory;
    private FlightServer server;
    private SeatClient flight;

    @BeforeEach
    void start() {
        server =
                FlightServer.start(
                        directory, new ManualClock(Instant.parse("2026-01-01T00:00:00Z")));
        flight = server.client("1234");
    }

    @AfterEach
    void stop() {
        flight.close();
        server.close();
    }

    @Test
    void aHeldSeatIsForItsHolderOnly() throws Exception {
        assertThat(flight.hold("1A", ANN), is(BookingResult.held("1A")));

        assertThat(flight.hold("1A", BOB), is(BookingResult.taken()));
        assertThat(flight.book("1A", "Bob"), is(BookingResult.taken()));
        assertThat(flight.bookHeld("1A", "Bob", BOB), is(BookingResult.taken()));
        assertThat(flight.occupant("1A"), is(Optional.empty()));

        assertThat(flight.bookHeld("1A", "Ann", ANN), is(BookingResult.booked("1A")));
        assertThat(flight.holds(), is(List.of()));
    }

    @Test
    void everybodySeesWhatIsHeldAndForHowLongAndNobodySeesByWhom() throws Exception {
        flight.hold("1A", ANN);

        HeldSeat held = flight.holds().getFirst();

        assertThat(held.seatNumber(), is("1A"));
        assertThat(held.heldMillis(), is(120_000L));
    }

    @Test
    void aReleasedSeatIsFree() throws Exception {
        flight.hold("1A", ANN);

        assertThat("not his", flight.release("1A", BOB), is(BookingResult.released("1A")));
        assertThat(flight.book("1A", "Bob"), is(BookingResult.taken()));
        assertThat(flight.release("1A", ANN), is(BookingResult.released("1A")));
        assertThat(flight.book("1A", "Bob"), is(BookingResult.booked("1A")));
    }

    @Test
    void whoHoldsAnotherSeatLetsGoOfTheFirst() throws Exception {
        flight.hold("1A", ANN);
        flight.hold("2B", ANN);

        assertThat(flight.holds().stream().map(HeldSeat::seatNumber).toList(), is(List.of("2B")));
        assertThat(flight.hold("1A", BOB), is(BookingResult.held("1A")));
    }

    @Test
    void aSeatThatIsTakenOrNoneCannotBeHeld() throws Exception {
        flight.book("1A", "Ann");

        assertThat(flight.hold("1A", BOB), is(BookingResult.taken()));
        assertThat(flight.hold("99Z", BOB), is(BookingResult.unknown()));
        assertThat(flight.hold("A1", BOB).message(), containsString("seatNumber must be"));
        assertThat(flight.hold("1B", "short").message(), containsString("holder must be"));
    }

    @Test
    void plainWatchersGetTheSeatsAfterEachBookingAndNothingElse() throws Exception {
        SeatClient.Watcher plain = flight.watch();
        SeatClient.Watcher watcher = flight.watchHolds();
        flight.hold("1A", ANN);
        flight.bookHeld("1A", "Ann", ANN);

        assertThat(watcher.nextHeld(), is(List.of("1A")));
        assertThat(watcher.next().size(), is(60));
        assertThat(watcher.nextHeld(), is(List.of()));
        Seat booked = new Seat("1A", Optional.of("Ann"));
        assertThat(plain.next().getFirst(), is(booked));
        assertThat(plain.rest(), is(empty()));
    }
}
