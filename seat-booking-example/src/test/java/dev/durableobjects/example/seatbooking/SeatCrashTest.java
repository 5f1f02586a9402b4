package dev.durableobjects.example.seatbooking;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.http.Request;
import dev.durableobjects.json.Json;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.Verification;
import dev.durableobjects.runtime.DurableObjects;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Kills the flights again and again while people book and hold seats, in a time that runs fast.
/// `-Ddurable.crash.rounds=200` does it for long, `-Ddurable.crash.seed=SEED` kills after as many
/// answers again.
@Timeout(value = 1, unit = TimeUnit.DAYS) // It runs for as long as its properties say.
class SeatCrashTest {

    private static final System.Logger LOGGER = System.getLogger(SeatCrashTest.class.getName());

    private static final int ROUNDS = Integer.getInteger("durable.crash.rounds", 3);
    private static final long SEED = Long.getLong("durable.crash.seed", System.nanoTime());

    /// After so many rounds it begins with empty flights again.
    private static final int LIFE_ROUNDS = 25;

    private static final int FLIGHTS = 4;
    private static final int PARTIES = 5;
    private static final int STEPS_MAX = 400;
    private static final int PATIENCE_SECONDS = 60;

    @TempDir private Path parent;

    private final Random random = new Random(SEED);
    private final FastClock clock = new FastClock(Instant.now());
    private final List<List<Passengers>> people = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final StringWriter said = new StringWriter();
    private long bookings;
    private long holds;
    private long expired;

    @Test
    void noBookingIsLostAndEveryHoldEndsOnceWhenTheFlightsAreKilled() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Path life = Files.createDirectories(parent.resolve("life" + round / LIFE_ROUNDS));
            boolean isLast = round == ROUNDS - 1 || round % LIFE_ROUNDS == LIFE_ROUNDS - 1;
            try {
                if (round % LIFE_ROUNDS == 0) {
                    board();
                }
                kill(life.resolve("data"));
                check(life.resolve("data"), isLast || random.nextInt(6) == 0, isLast);
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "round %d of seed %d: %s\nthe process said:\n%s"
                                .formatted(round, SEED, e.getMessage(), said),
                        e);
            }
        }
        LOGGER.log(
                System.Logger.Level.INFO,
                "{0} kills, {1} bookings and {2} holds answered and there, {3} holds expired;"
                        + " seed {4}",
                String.valueOf(ROUNDS),
                String.valueOf(bookings),
                String.valueOf(holds),
                String.valueOf(expired),
                String.valueOf(SEED));
    }

    private void board() {
        people.clear();
        for (int i = 0; i < FLIGHTS; i++) {
            List<Passengers> flight = new ArrayList<>();
            for (int j = 0; j < PARTIES; j++) {
                flight.add(new Passengers("party-" + j, clock));
            }
            people.add(flight);
        }
    }

    private static String flightId(int flight) {
        return "flight-" + flight;
    }

    private void kill(Path directory) throws Exception {
        CountDownLatch steps = new CountDownLatch(1 + random.nextInt(STEPS_MAX));
        Process process = FlightProcess.start(directory, clock);
        List<SeatClient> clients = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        said.getBuffer().setLength(0);
        try {
            int port = readPort(lines);
            threads.add(Thread.ofVirtual().start(() -> AppProcess.drain(lines, said)));
            for (int i = 0; i < FLIGHTS; i++) {
                SeatClient client = new SeatClient(port, flightId(i));
                clients.add(client);
                client.watchHolds();
                for (Passengers party : people.get(i)) {
                    Random chance = new Random(random.nextLong());
                    threads.add(
                            Thread.ofVirtual().start(() -> travel(party, client, chance, steps)));
                }
            }
            steps.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat("answers to come", steps.getCount(), is(0L));
            assertThat("it lives", process.isAlive(), is(true));
        } finally {
            process.destroyForcibly();
            process.waitFor();
            for (Thread thread : threads) {
                thread.join();
            }
            clients.forEach(SeatClient::close);
        }
        assertThat(failures, is(empty()));
    }

    private int readPort(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(FlightProcess.PORT)) {
                return Integer.parseInt(line.substring(FlightProcess.PORT.length()));
            }
            said.write(line + "\n");
        }
        throw new IOException("it did not start");
    }

    private void travel(Passengers party, SeatClient client, Random chance, CountDownLatch steps) {
        try {
            while (true) {
                party.step(client, chance);
                steps.countDown();
            }
        } catch (IOException e) {
            // The process is gone; what it answered before counts.
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    private void check(Path directory, boolean waits, boolean isLast) {
        verify(directory);
        try (DurableObjects objects = FlightProcess.open(directory, clock)) {
            for (int i = 0; i < FLIGHTS; i++) {
                DurableObjectStub<FlightApi> flight =
                        objects.env().namespace(SeatWorker.FLIGHT).getByName(flightId(i));
                if (waits) {
                    awaitExpiry(flight);
                }
                check(flight, people.get(i), isLast);
            }
        }
        verify(directory);
    }

    private void check(
            DurableObjectStub<FlightApi> flight, List<Passengers> parties, boolean isLast) {
        FlightRecord record = record(flight);
        List<Seat> seats = flight.rpc().getSeats();

        assertThat(record.faults(), is(empty()));
        assertThat(seats.stream().map(Seat::seatNumber).distinct().count(), is(60L));
        parties.forEach(party -> party.check(seats, record));
        if (isLast) {
            bookings += parties.stream().mapToLong(Passengers::bookings).sum();
            holds += parties.stream().mapToInt(Passengers::holds).sum();
            expired +=
                    record.holds().stream()
                            .filter(entry -> entry.state().equals("expired"))
                            .count();
        }
    }

    private static FlightRecord record(DurableObjectStub<FlightApi> flight) {
        return Json.read(flight.fetch(Request.get("/record")).text(), FlightRecord.class);
    }

    private static void awaitExpiry(DurableObjectStub<FlightApi> flight) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (record(flight).isOpen()) {
            assertThat("holds expire", System.nanoTime() < end, is(true));
            Thread.onSpinWait();
        }
    }

    private static void verify(Path directory) {
        assertThat(Verification.run(directory, Progress.none()).findings(), is(List.of()));
    }
}
