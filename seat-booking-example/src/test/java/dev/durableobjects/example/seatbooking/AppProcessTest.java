package dev.durableobjects.example.seatbooking;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The app as a process: what was answered is there after it stopped, and after it was killed.
@Timeout(120)
class AppProcessTest {

    @TempDir private Path directory;

    @Test
    void aBookingSurvivesARestart() throws Exception {
        try (AppProcess app = AppProcess.start(directory, 0);
                SeatClient flight = new SeatClient(app.port(), "1234")) {
            assertThat(flight.book("4B", "Ann").status(), is(200));
            assertThat("it ended by itself", app.stop(), is(true));
        }
        try (AppProcess app = AppProcess.start(directory, 0);
                SeatClient flight = new SeatClient(app.port(), "1234")) {
            assertThat(flight.occupant("4B"), is(Optional.of("Ann")));
            assertThat(app.dataDirectory(), is(directory.toRealPath().toString()));
        }
    }

    @Test
    void aStoppingAppFinishesWhatIsUnderWayAndTellsWatchers() throws Exception {
        try (AppProcess app = AppProcess.start(directory, 0);
                SeatClient flight = new SeatClient(app.port(), "1234")) {
            SeatClient.Watcher watcher = flight.watch();
            try (SlowBooking booking = new SlowBooking(app.port(), "4B", "Ann")) {
                app.requestStop();
                while (flight.status() != 503) {
                    Thread.onSpinWait();
                }

                booking.finish();

                assertThat(booking.status(), is("HTTP/1.1 200 OK"));
            }
            assertThat("it ended by itself", app.stop(), is(true));
            assertThat(watcher.next().size(), is(60));
            assertThat(watcher.closeCode(), is(1001));
        }
        try (AppProcess app = AppProcess.start(directory, 0);
                SeatClient flight = new SeatClient(app.port(), "1234")) {
            assertThat(flight.occupant("4B"), is(Optional.of("Ann")));
        }
    }

    @Test
    void anAppWhoseDataAnotherOneUsesSaysWhichAndExits() throws Exception {
        try (AppProcess app = AppProcess.start(directory, 0)) {
            AppProcess.Refusal refusal = AppProcess.refused(directory, 0);

            assertThat(refusal.exitCode(), is(1));
            assertThat(
                    refusal.log(),
                    containsString(
                            "the data directory %s is in use by process %d; stop it, or use"
                                            .formatted(app.dataDirectory(), app.id())
                                    + " another directory"));
        }
    }

    @Test
    void anAppWhosePortIsInUseSaysSoAndExits() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            AppProcess.Refusal refusal = AppProcess.refused(directory, taken.getLocalPort());

            assertThat(refusal.exitCode(), is(1));
            assertThat(
                    refusal.log(),
                    containsString("is its port in use? SERVER_PORT sets another one"));
        }
    }

    @Test
    void nothingThatWasAnsweredIsLostWhenTheAppIsKilled() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, String> answered = new LinkedHashMap<>();

        for (int round = 0; round < 4; round++) {
            try (AppProcess app = AppProcess.start(directory, 0);
                    SeatClient flight = new SeatClient(app.port(), "1234")) {
                for (Map.Entry<String, String> booking : answered.entrySet()) {
                    assertThat(
                            "seed %d, seat %s".formatted(seed, booking.getKey()),
                            flight.occupant(booking.getKey()),
                            is(Optional.of(booking.getValue())));
                }
                app.killAfter(
                        1 + random.nextInt(12),
                        flight.freeSeats(),
                        seat -> {
                            String name = "passenger " + seat;
                            if (flight.book(seat, name).status() == 200) {
                                answered.put(seat, name);
                            }
                        });
            }
        }
    }
}
