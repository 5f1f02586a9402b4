package dev.durableobjects.example.seatbooking;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.durableobjects.runtime.DurableObjects;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The contract of holds, over HTTP and WebSocket.
@Timeout(60)
class HoldTest {

    private static final String ANN = "ann-is-the-holder";
    private static final String BOB = "bob-is-the-holder";
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir private Path directory;
    private DurableObjects objects;
    private WebServer server;

    private SeatClient start(Duration holdTime) {
        objects =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(SeatWorker.FLIGHT, (ctx, env) -> new Flight(ctx, env, holdTime))
                        .build();
        WebServerConfig.Builder builder = WebServer.builder().port(0).host("127.0.0.1");
        objects.mount(builder, new SeatWorker());
        server = builder.build().start();
        return new SeatClient(server.port(), "1234");
    }

    @AfterEach
    void stop() {
        objects.close();
        server.stop();
    }

    @Test
    void aHeldSeatIsForItsHolderOnly() throws Exception {
        try (SeatClient flight = start(LONG)) {
            assertThat(flight.hold("1A", ANN), is(BookingResult.held("1A")));

            assertThat(flight.hold("1A", BOB), is(BookingResult.taken()));
            assertThat(flight.book("1A", "Bob"), is(BookingResult.taken()));
            assertThat(flight.bookHeld("1A", "Bob", BOB), is(BookingResult.taken()));
            assertThat(flight.occupant("1A"), is(Optional.empty()));

            assertThat(flight.bookHeld("1A", "Ann", ANN), is(BookingResult.booked("1A")));
            assertThat(flight.holds(), is(List.of()));
        }
    }

    @Test
    void everybodySeesWhatIsHeldAndForHowLongAndNobodySeesByWhom() throws Exception {
        try (SeatClient flight = start(LONG)) {
            flight.hold("1A", ANN);

            HeldSeat held = flight.holds().getFirst();

            assertThat(held.seatNumber(), is("1A"));
            assertThat(
                    held.heldMillis(), allOf(greaterThan(0L), lessThanOrEqualTo(LONG.toMillis())));
        }
    }

    @Test
    void aReleasedSeatIsFree() throws Exception {
        try (SeatClient flight = start(LONG)) {
            flight.hold("1A", ANN);

            assertThat("not his", flight.release("1A", BOB), is(BookingResult.released("1A")));
            assertThat(flight.book("1A", "Bob"), is(BookingResult.taken()));
            assertThat(flight.release("1A", ANN), is(BookingResult.released("1A")));
            assertThat(flight.book("1A", "Bob"), is(BookingResult.booked("1A")));
        }
    }

    @Test
    void whoHoldsAnotherSeatLetsGoOfTheFirst() throws Exception {
        try (SeatClient flight = start(LONG)) {
            flight.hold("1A", ANN);
            flight.hold("2B", ANN);

            assertThat(
                    flight.holds().stream().map(HeldSeat::seatNumber).toList(), is(List.of("2B")));
            assertThat(flight.hold("1A", BOB), is(BookingResult.held("1A")));
        }
    }

    @Test
    void aSeatThatIsTakenOrNoneCannotBeHeld() throws Exception {
        try (SeatClient flight = start(LONG)) {
            flight.book("1A", "Ann");

            assertThat(flight.hold("1A", BOB), is(BookingResult.taken()));
            assertThat(flight.hold("99Z", BOB), is(BookingResult.unknown()));
            assertThat(flight.hold("A1", BOB).message(), containsString("seatNumber must be"));
            assertThat(flight.hold("1B", "short").message(), containsString("holder must be"));
        }
    }

    @Test
    void aHoldEndsByItselfAndWatchersAreTold() throws Exception {
        try (SeatClient flight = start(SHORT)) {
            SeatClient.Watcher watcher = flight.watchHolds();

            flight.hold("1A", ANN);

            assertThat(watcher.nextHeld(), is(List.of("1A")));
            assertThat(watcher.nextHeld(), is(List.of()));
            assertThat(flight.book("1A", "Bob"), is(BookingResult.booked("1A")));
        }
    }

    @Test
    void aHoldSurvivesARestart() throws Exception {
        try (SeatClient flight = start(LONG)) {
            flight.hold("1A", ANN);
        }
        stop();
        try (SeatClient flight = start(LONG)) {
            assertThat(flight.book("1A", "Bob"), is(BookingResult.taken()));
            assertThat(flight.bookHeld("1A", "Ann", ANN), is(BookingResult.booked("1A")));
        }
    }

    @Test
    void plainWatchersGetTheSeatsAfterEachBookingAndNothingElse() throws Exception {
        try (SeatClient flight = start(LONG)) {
            SeatClient.Watcher plain = flight.watch();
            SeatClient.Watcher watcher = flight.watchHolds();
            flight.hold("1A", ANN);
            flight.bookHeld("1A", "Ann", ANN);

            assertThat(watcher.nextHeld(), is(List.of("1A")));
            assertThat(watcher.next().size(), is(60));
            assertThat(watcher.nextHeld(), is(List.of()));
            Seat booked = new Seat("1A", Optional.of("Ann"));
            assertThat(plain.next().getFirst(), is(booked));
            assertThat(plain.isExhausted(), is(true));
        }
    }
}
