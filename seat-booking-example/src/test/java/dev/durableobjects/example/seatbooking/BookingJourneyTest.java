package dev.durableobjects.example.seatbooking;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;

import dev.durableobjects.Admission;
import dev.durableobjects.Limit;
import dev.durableobjects.runtime.DurableObjects;
import io.helidon.http.HeaderNames;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webclient.http1.Http1ClientResponse;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.testing.junit5.ServerTest;
import io.helidon.webserver.testing.junit5.SetUpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The contract of the app over HTTP and WebSocket.
@ServerTest
@Timeout(60)
class BookingJourneyTest {

    private static DurableObjects objects;

    private final Http1Client http;
    private final int port;

    BookingJourneyTest(Http1Client http, WebServer server) {
        this.http = http;
        this.port = server.port();
    }

    @SetUpServer
    static void mount(WebServerConfig.Builder server) throws IOException {
        objects =
                DurableObjects.builder()
                        .directory(Files.createTempDirectory("booking-journey"))
                        .limit(Limit.BODY_BYTES, 4096)
                        .namespace(
                                SeatWorker.FLIGHT,
                                Flight::new,
                                n -> n.admission(Admission.keys(SeatWorker.FLIGHT_ID)))
                        .build();
        objects.mount(server, new SeatWorker(), mount -> mount.staticContent("page"));
    }

    @AfterAll
    static void close() {
        objects.close();
    }

    @Test
    void aNewFlightHasSixtyFreeSeatsInOrder() throws Exception {
        try (SeatClient flight = new SeatClient(port, "new")) {
            List<Seat> seats = flight.seats();

            assertThat(seats.size(), is(60));
            assertThat(seats.getFirst(), is(new Seat("1A", Optional.empty())));
            assertThat(seats.get(6), is(new Seat("2A", Optional.empty())));
            assertThat(seats.getLast(), is(new Seat("10F", Optional.empty())));
        }
    }

    @Test
    void aBookingIsAnsweredShownAndTakesTheSeat() {
        assertThat(
                post("journey", "{\"seatNumber\":\"1A\",\"name\":\"Ann\"}"),
                is("200 {\"message\":\"Seat 1A booked successfully\",\"status\":200}"));
        assertThat(
                post("journey", "{\"seatNumber\":\"1A\",\"name\":\"Bob\"}"),
                is("409 {\"message\":\"Seat not available\",\"status\":409}"));
        assertThat(
                post("journey", "{\"seatNumber\":\"99Z\",\"name\":\"Bob\"}"),
                is("404 {\"message\":\"Seat not available\",\"status\":404}"));
        assertThat(
                get("/seats", "journey"),
                containsString("{\"seatNumber\":\"1A\",\"occupant\":\"Ann\"}"));
    }

    @Test
    void aPassengerWhoBooksAnotherSeatIsMoved() throws Exception {
        try (SeatClient flight = new SeatClient(port, "moving")) {
            flight.book("1A", "Ann");
            flight.book("2B", "Ann");

            assertThat(flight.occupant("1A"), is(Optional.empty()));
            assertThat(flight.occupant("2B"), is(Optional.of("Ann")));
        }
    }

    @Test
    void aMissingOrWrongFlightIdIsRefused() {
        String missing = "404 Flight ID not found. Provide flightId in the query parameter";
        String wrong = "400 flightId must be 1 to 32 letters, digits or hyphens";

        try (Http1ClientResponse response = http.get("/seats").request()) {
            assertThat(response.status().code() + " " + response.as(String.class), is(missing));
        }
        assertThat(get("/seats", ""), is(missing));
        assertThat(get("/seats", "a/b"), is(wrong));
        assertThat(get("/seats", "x".repeat(33)), is(wrong));
        assertThat(get("/nothing", "1234"), is("404 Not found"));
    }

    @Test
    void aBookingThatIsNoneIsRefusedAndSaysWhatWasExpected() {
        String seat = "400 {\"message\":\"seatNumber must be a row and a letter, for example 1A\"";

        assertThat(post("bad", "{\"name\":\"Ann\"}"), containsString(seat));
        assertThat(post("bad", "{\"seatNumber\":\"A1\",\"name\":\"Ann\"}"), containsString(seat));
        assertThat(
                post("bad", "{\"seatNumber\":7,\"name\":\"Ann\"}"),
                containsString("$.seatNumber: expected a string, found 7"));
        assertThat(
                post("bad", "{\"seatNumber\":\"1A\",\"name\":\"  \"}"),
                containsString("name must have 1 to 64 characters, had 0"));
        assertThat(
                post("bad", "{\"seatNumber\":\"1A\",\"name\":\"" + "x".repeat(65) + "\"}"),
                containsString("name must have 1 to 64 characters, had 65"));
        assertThat(
                post("bad", "{\"seatNumber\":\"1A\",\"name\":\"a\\u0000b\"}"),
                containsString("name must not contain control characters"));
        assertThat(
                post("bad", "{\"seatNumber\":\"1A\",\"name\":\"a\\u202eb\"}"),
                containsString("name must not contain control characters"));
        assertThat(post("bad", "not json"), containsString("400 {\"message\":\"expected JSON"));
        assertThat(
                post("bad", "{\"seatNumber\":\"1A\",\"name\":\"Ann\"} and more"),
                containsString("400 {\"message\":\"expected"));
        assertThat(post("bad", "[".repeat(2_000)), containsString("400 {\"message\":\"expected"));
        assertThat(
                post("bad", "{\"seatNumber\":\"1A\",\"name\":\"\\ud800\"}"),
                containsString("expected valid Unicode"));
        assertThat(post("bad", "x".repeat(4097)), containsString("413 "));
    }

    @Test
    void aNameIsNormalizedAndCountedInCharacters() throws Exception {
        try (SeatClient flight = new SeatClient(port, "unicode")) {
            flight.book("1A", "Zoe\u0308");
            flight.book("1B", "\uD83D\uDE00".repeat(64));

            assertThat(flight.occupant("1A"), is(Optional.of("Zo\u00eb")));
            assertThat(flight.occupant("1B"), is(Optional.of("\uD83D\uDE00".repeat(64))));
        }
    }

    @Test
    void everyWatcherOfTheFlightSeesABookingAndNobodyElse() throws Exception {
        try (SeatClient flight = new SeatClient(port, "watched");
                SeatClient other = new SeatClient(port, "other")) {
            SeatClient.Watcher first = flight.watch();
            SeatClient.Watcher second = flight.watch();
            SeatClient.Watcher elsewhere = other.watch();

            flight.book("3C", "Cleo");

            Seat booked = new Seat("3C", Optional.of("Cleo"));
            assertThat(first.next(), hasItem(booked));
            assertThat(second.next(), hasItem(booked));
            other.book("3C", "Dan");
            assertThat(elsewhere.next(), hasItem(new Seat("3C", Optional.of("Dan"))));
            assertThat(first.rest(), is(empty()));
            assertThat(second.rest(), is(empty()));
            assertThat(elsewhere.rest(), is(empty()));
        }
    }

    @Test
    void ofTwoHundredBookersExactlyOneGetsTheSeat() throws Exception {
        int bookers = 200;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                SeatClient flight = new SeatClient(port, "popular")) {
            List<Callable<BookingResult>> calls = new ArrayList<>();
            for (int i = 0; i < bookers; i++) {
                String name = "booker-" + i;
                calls.add(() -> flight.book("7D", name));
            }
            int won = 0;
            int lost = 0;
            for (Future<BookingResult> call : threads.invokeAll(calls)) {
                BookingResult result = call.get();
                won += result.equals(BookingResult.booked("7D")) ? 1 : 0;
                lost += result.equals(BookingResult.taken()) ? 1 : 0;
            }

            assertThat(won, is(1));
            assertThat(lost, is(bookers - 1));
            assertThat(flight.occupant("7D").orElse(null), is(notNullValue()));
        }
    }

    @Test
    void aWrongMethodIsToldTheRightOne() {
        try (Http1ClientResponse response =
                http.get("/book-seat").queryParam("flightId", "1234").request()) {
            assertThat(response.status().code(), is(405));
            assertThat(response.headers().get(HeaderNames.ALLOW).get(), is("POST"));
        }
    }

    @Test
    void whatAnswersGetAnswersHead() {
        try (Http1ClientResponse response =
                http.head("/seats").queryParam("flightId", "1234").request()) {
            assertThat(response.status().code(), is(200));
        }
    }

    @Test
    void aPlainRequestForTheSocketIsToldToUpgrade() {
        try (Http1ClientResponse response =
                http.get("/ws").queryParam("flightId", "1234").request()) {
            assertThat(response.status().code(), is(426));
            assertThat(response.headers().get(HeaderNames.UPGRADE).get(), is("websocket"));
        }
    }

    @Test
    void thePageIsServedAtTheRoot() {
        try (Http1ClientResponse page = http.get("/").request()) {
            assertThat(page.as(String.class), containsString("Choose your seat"));
            assertThat(
                    page.headers().get(HeaderNames.CONTENT_TYPE).get(),
                    is("text/html; charset=utf-8"));
        }
    }

    private String get(String path, String flightId) {
        try (Http1ClientResponse response =
                http.get(path).queryParam("flightId", flightId).request()) {
            return response.status().code() + " " + response.as(String.class);
        }
    }

    private String post(String flightId, String body) {
        try (Http1ClientResponse response =
                http.post("/book-seat").queryParam("flightId", flightId).submit(body)) {
            return response.status().code() + " " + response.as(String.class);
        }
    }
}
