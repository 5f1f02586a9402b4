package dev.durableobjects.example.seatbooking;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/// People of one flight who hold and book seats one after the other, and remember what they were
/// told. Used by one thread at a time.
final class Passengers {

    private static final int PEOPLE = 9;
    private static final Duration TIME = Duration.ofMinutes(2);

    /// Nobody's seat.
    private static final String NONE = "";

    private final String name;
    private final InstantSource clock;

    /// Where each may sit: one seat, but two after a question without an answer.
    private final Map<String, Set<String>> seats = new HashMap<>();

    private final List<Told> told = new ArrayList<>();
    private final AtomicLong bookings = new AtomicLong();
    private int holders;

    /// A hold that was acknowledged.
    ///
    /// @param earliest when it may end
    private record Told(String seat, String holder, long earliest, boolean isOver) {}

    Passengers(String name, InstantSource clock) {
        this.name = name;
        this.clock = clock;
        for (int i = 0; i < PEOPLE; i++) {
            seats.put("%s %d".formatted(name, i), Set.of(NONE));
        }
    }

    long bookings() {
        return bookings.get();
    }

    int holds() {
        return told.size();
    }

    /// Asks for one thing, or for two about one seat.
    void step(SeatClient flight, Random random) throws IOException, InterruptedException {
        String seat = "" + (1 + random.nextInt(10)) + (char) ('A' + random.nextInt(6));
        String person = "%s %d".formatted(name, random.nextInt(PEOPLE));
        if (random.nextInt(3) == 0) {
            book(flight, seat, person, "");
            return;
        }
        String holder = "holder-of-%s-%06d".formatted(name, holders++);
        if (!hold(flight, seat, holder)) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0, 1 -> book(flight, seat, person, holder);
            case 2 -> release(flight, seat, holder);
            case 3 -> hold(flight, seat, holder);
            default -> {} // It ends by itself.
        }
    }

    private boolean hold(SeatClient flight, String seat, String holder)
            throws IOException, InterruptedException {
        long earliest = clock.millis() + TIME.toMillis();
        boolean isHeld = flight.hold(seat, holder).status() == 200;
        if (isHeld) {
            told.add(new Told(seat, holder, earliest, false));
        }
        return isHeld;
    }

    private void release(SeatClient flight, String seat, String holder)
            throws IOException, InterruptedException {
        assertThat(flight.release(seat, holder).status(), is(200));
        told.add(new Told(seat, holder, 0, true));
    }

    private void book(SeatClient flight, String seat, String person, String holder)
            throws IOException, InterruptedException {
        Set<String> before = seats.get(person);
        Set<String> either = new HashSet<>(before);
        either.add(seat);
        seats.put(person, either);
        boolean isBooked = flight.bookHeld(seat, person, holder).status() == 200;
        seats.put(person, isBooked ? Set.of(seat) : before);
        if (isBooked) {
            bookings.incrementAndGet();
            told.add(new Told(seat, holder, 0, true));
        }
    }

    /// Compares what they were told with what is there, and takes that for true.
    void check(List<Seat> there, FlightRecord record) {
        Map<String, String> found = new HashMap<>();
        for (Seat seat : there) {
            String person = seat.occupant().orElse(NONE);
            if (seats.containsKey(person)) {
                String other = found.put(person, seat.seatNumber());
                assertThat("another seat of " + person, other, is(nullValue()));
            }
        }
        for (String person : List.copyOf(seats.keySet())) {
            String seat = found.getOrDefault(person, NONE);
            assertThat("the seat of " + person, seats.get(person), hasItem(seat));
            seats.put(person, Set.of(seat));
        }
        checkHolds(record);
    }

    private void checkHolds(FlightRecord record) {
        Map<String, List<FlightRecord.Entry>> entries = new HashMap<>();
        record.holds()
                .forEach(entry ->
                        entries.computeIfAbsent(entry.holder(), key -> new ArrayList<>())
                                .add(entry));
        List<Told> lost = new ArrayList<>();
        for (Told one : told) {
            List<FlightRecord.Entry> same = entries.getOrDefault(one.holder(), List.of());
            boolean isThere =
                    one.isOver()
                            ? same.stream().noneMatch(FlightRecord.Entry::isOpen)
                            : same.stream().anyMatch(entry -> fits(entry, one));
            if (!isThere) {
                lost.add(one);
            }
        }
        assertThat(record.holds() + " do not fit", lost, is(empty()));
    }

    private static boolean fits(FlightRecord.Entry entry, Told one) {
        return entry.seatId().equals(one.seat()) && entry.until() >= one.earliest();
    }
}
