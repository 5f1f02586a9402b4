package dev.durableobjects.example.seatbooking;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A hold ends at its time, once and never before, whatever has become of the flight's object and
/// of the process meanwhile.
@Timeout(120)
class HoldEndTest {

    private static final String ANN = "ann-is-the-holder";
    private static final String BOB = "bob-is-the-holder";
    private static final Duration TIME = Duration.ofMinutes(2);
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final int KILLS = 3;

    @TempDir private Path directory;
    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));

    @Test
    void aHoldEndsAtItsTimeAndWatchersAreTold() throws Exception {
        try (FlightServer server = FlightServer.start(directory, clock);
                SeatClient flight = server.client("1234")) {
            SeatClient.Watcher watcher = flight.watchHolds();
            flight.hold("1A", ANN);
            assertThat(watcher.nextHeld(), is(List.of("1A")));

            clock.pass(TIME.minus(MOMENT));
            assertThat(flight.book("1A", "Bob"), is(BookingResult.taken()));
            clock.pass(MOMENT);

            assertThat(watcher.nextHeld(), is(List.of()));
            assertThat(flight.book("1A", "Bob"), is(BookingResult.booked("1A")));
        }
    }

    @Test
    void aHoldThatIsTakenAnewLastsItsWholeTime() throws Exception {
        try (FlightServer server = FlightServer.start(directory, clock);
                SeatClient flight = server.client("1234")) {
            flight.hold("1A", ANN);
            clock.pass(MOMENT);
            flight.hold("2B", BOB);
            clock.pass(MOMENT);
            flight.hold("1A", ANN);
            SeatClient.Watcher watcher = flight.watchHolds();

            clock.pass(TIME.minus(MOMENT));
            assertThat("not the first time of 1A", watcher.nextHeld(), is(List.of("1A")));
            clock.pass(MOMENT);

            assertThat(watcher.nextHeld(), is(List.of()));
        }
    }

    @Test
    void aHoldSurvivesARestartAndEndsOnce() throws Exception {
        try (FlightServer server = FlightServer.start(directory, clock);
                SeatClient flight = server.client("1234")) {
            flight.hold("1A", ANN);
        }
        clock.pass(MOMENT);
        try (FlightServer server = FlightServer.start(directory, clock);
                SeatClient flight = server.client("1234")) {
            SeatClient.Watcher watcher = flight.watchHolds();
            assertThat(
                    flight.holds(), is(List.of(new HeldSeat("1A", TIME.minus(MOMENT).toMillis()))));
            assertThat(flight.book("1A", "Bob"), is(BookingResult.taken()));

            clock.pass(TIME);

            assertThat(watcher.nextHeld(), is(List.of()));
            flight.book("1A", "Bob");
            assertThat("it has ended once", watcher.next().size(), is(60));
            assertThat(watcher.rest(), is(empty()));
        }
    }

    @Test
    void aHeldSeatIsBookedByItsHolderAfterARestart() throws Exception {
        try (FlightServer server = FlightServer.start(directory, clock);
                SeatClient flight = server.client("1234")) {
            flight.hold("1A", ANN);
        }
        try (FlightServer server = FlightServer.start(directory, clock);
                SeatClient flight = server.client("1234")) {
            assertThat(flight.bookHeld("1A", "Ann", ANN), is(BookingResult.booked("1A")));
        }
    }

    @Test
    void aHoldThatIsOverdueAfterARestartCountsNoMore() throws Exception {
        try (FlightServer server = FlightServer.start(directory, clock);
                SeatClient flight = server.client("1234")) {
            flight.hold("1A", ANN);
        }
        clock.pass(TIME);
        try (FlightServer server = FlightServer.start(directory, clock);
                SeatClient flight = server.client("1234")) {
            assertThat(flight.holds(), is(List.of()));
            assertThat(flight.book("1A", "Bob"), is(BookingResult.booked("1A")));
        }
    }

    @Test
    void aFlightThatHasLeftMemoryIsWokenAndTellsItsWatchers() throws Exception {
        try (FlightServer server = FlightServer.startSmall(directory, clock);
                SeatClient flight = server.client("1234");
                SeatClient other = server.client("5678")) {
            SeatClient.Watcher plain = flight.watch();
            SeatClient.Watcher watcher = flight.watchHolds();
            flight.hold("1A", ANN);
            assertThat(watcher.nextHeld(), is(List.of("1A")));
            other.seats();

            assertThat("answered without the object", watcher.ask("ping"), is("pong"));
            assertThat(server.constructed(), is(List.of("1234", "5678")));
            clock.pass(TIME);

            assertThat(watcher.nextHeld(), is(List.of()));
            assertThat(server.constructed(), is(List.of("1234", "5678", "1234")));
            flight.seats(); // It is answered after what the end of the hold has sent.
            assertThat(plain.rest(), is(empty()));
        }
    }

    @Test
    void aHoldThatEndedBeforeItsTimeWakesNobody() throws Exception {
        try (FlightServer server = FlightServer.startSmall(directory, clock);
                SeatClient flight = server.client("1234");
                SeatClient other = server.client("5678")) {
            flight.hold("1A", ANN);
            flight.bookHeld("1A", "Ann", ANN);
            flight.hold("2B", BOB);
            flight.hold("3C", BOB);
            flight.release("3C", BOB);
            clock.pass(MOMENT);
            SeatClient.Watcher watcher = other.watchHolds();
            other.hold("1A", ANN);
            assertThat(watcher.nextHeld(), is(List.of("1A")));

            clock.pass(TIME);

            assertThat(watcher.nextHeld(), is(List.of()));
            assertThat(server.constructed(), is(List.of("1234", "5678")));
        }
    }

    @Test
    void noHoldIsLostOrEndsEarlyWhenTheAppIsKilled() throws Exception {
        long seed = System.nanoTime();
        Map<String, Instant> answered = holdAndKill(new Random(seed));
        assertThat("seed " + seed, answered.size(), is(greaterThanOrEqualTo(KILLS)));
        Instant start = millis(Instant.now());
        clock.set(start);

        try (FlightServer server = FlightServer.start(directory, clock);
                SeatClient flight = server.client("1234")) {
            SeatClient.Watcher watcher = flight.watchHolds();
            List<HeldSeat> held = flight.holds();
            List<String> seats = held.stream().map(HeldSeat::seatNumber).toList();
            for (String seat : answered.keySet()) {
                assertThat("seed " + seed, seats, hasItem(seat));
            }
            for (HeldSeat ending : held) {
                Instant end = start.plusMillis(ending.heldMillis());
                Instant earliest = answered.getOrDefault(ending.seatNumber(), Instant.MIN);
                assertThat("seed " + seed, end, is(greaterThanOrEqualTo(earliest)));
                clock.set(end);
                assertThat("seed " + seed, watcher.nextHeld(), is(laterThan(ending, held)));
            }
            flight.book("1A", "Bob");
            assertThat("each has ended once", watcher.next().size(), is(60));
            assertThat(watcher.rest(), is(empty()));
        }
    }

    /// Holds seats in an app that is killed meanwhile, again and again.
    ///
    /// @return the seats that the app said were held, and the times at which they may end
    private Map<String, Instant> holdAndKill(Random random) throws Exception {
        Map<String, Instant> answered = new LinkedHashMap<>();
        for (int round = 0; round < KILLS; round++) {
            try (AppProcess app = AppProcess.start(directory, 0);
                    SeatClient flight = new SeatClient(app.port(), "1234")) {
                List<String> free = new ArrayList<>(flight.freeSeats());
                free.removeAll(flight.holds().stream().map(HeldSeat::seatNumber).toList());
                app.killAfter(
                        1 + random.nextInt(4),
                        free,
                        seat -> {
                            Instant asked = millis(Instant.now());
                            if (flight.hold(seat, "the-holder-of-seat-" + seat).status() == 200) {
                                answered.put(seat, asked.plus(TIME));
                            }
                        });
            }
        }
        return answered;
    }

    /// The database keeps times to the millisecond.
    private static Instant millis(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS);
    }

    private static List<String> laterThan(HeldSeat ended, List<HeldSeat> held) {
        return held.stream()
                .filter(seat -> seat.heldMillis() > ended.heldMillis())
                .map(HeldSeat::seatNumber)
                .toList();
    }
}
