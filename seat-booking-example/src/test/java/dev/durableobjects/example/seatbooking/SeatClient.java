package dev.durableobjects.example.seatbooking;

import dev.durableobjects.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What a browser does, without the browser: reads seats, books, and watches a flight.
final class SeatClient implements AutoCloseable {

    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private final String flightId;

    SeatClient(int port, String flightId) {
        this.base = "127.0.0.1:" + port;
        this.flightId = flightId;
    }

    List<Seat> seats() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri("http", "seats")).build();
        return parse(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    Optional<String> occupant(String seatNumber) throws IOException, InterruptedException {
        return seats().stream()
                .filter(seat -> seat.seatNumber().equals(seatNumber))
                .findFirst()
                .flatMap(Seat::occupant);
    }

    /// Returns the numbers of the seats that nobody has booked.
    List<String> freeSeats() throws IOException, InterruptedException {
        return seats().stream()
                .filter(seat -> seat.occupant().isEmpty())
                .map(Seat::seatNumber)
                .toList();
    }

    /// Returns the status of a request for the seats.
    int status() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri("http", "seats")).build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    BookingResult book(String seatNumber, String name) throws IOException, InterruptedException {
        return post("book-seat", Map.of("seatNumber", seatNumber, "name", name));
    }

    BookingResult bookHeld(String seatNumber, String name, String holder)
            throws IOException, InterruptedException {
        return post("book-seat", Map.of("seatNumber", seatNumber, "name", name, "holder", holder));
    }

    BookingResult hold(String seatNumber, String holder) throws IOException, InterruptedException {
        return post("hold-seat", Map.of("seatNumber", seatNumber, "holder", holder));
    }

    BookingResult release(String seatNumber, String holder)
            throws IOException, InterruptedException {
        return post("release-seat", Map.of("seatNumber", seatNumber, "holder", holder));
    }

    List<HeldSeat> holds() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri("http", "holds")).build();
        String json = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        return List.of(Json.read(json, HeldSeat[].class));
    }

    Watcher watch() {
        return watch(uri("ws", "ws"));
    }

    /// Watches the seats, and those that are held.
    Watcher watchHolds() {
        return watch(URI.create(uri("ws", "ws") + "&holds=true"));
    }

    private Watcher watch(URI uri) {
        Watcher watcher = new Watcher();
        http.newWebSocketBuilder().buildAsync(uri, watcher).join();
        return watcher;
    }

    private BookingResult post(String path, Map<String, String> body)
            throws IOException, InterruptedException {
        return Json.read(answer(path, Json.text(body)), BookingResult.class);
    }

    /// Posts a text as it is, and returns the text that comes back, as `curl -d` does.
    String answer(String path, String body) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri("http", path))
                        .header("content-type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    @Override
    public void close() {
        http.shutdownNow(); // Closing would wait for the peers of open WebSockets.
    }

    private URI uri(String scheme, String path) {
        return URI.create("%s://%s/%s?flightId=%s".formatted(scheme, base, path, flightId));
    }

    private static List<Seat> parse(String json) {
        return Arrays.asList(Json.read(json, Seat[].class));
    }

    /// A message about holds.
    private record HeldSeats(List<HeldSeat> holds) {}

    /// An open WebSocket and what it has received.
    static final class Watcher implements WebSocket.Listener {

        private static final int SECONDS = 20;

        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();
        private final StringBuilder partial = new StringBuilder();
        private volatile WebSocket socket;

        /// Waits for the next list of seats.
        List<Seat> next() throws InterruptedException {
            return parse(nextMessage());
        }

        /// Waits for the next message, which must be about holds.
        List<String> nextHeld() throws InterruptedException {
            return Json.read(nextMessage(), HeldSeats.class).holds().stream()
                    .map(HeldSeat::seatNumber)
                    .toList();
        }

        private String nextMessage() throws InterruptedException {
            String message = messages.poll(SECONDS, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no message within %d seconds".formatted(SECONDS));
            }
            return message;
        }

        /// Says something, and waits for the next message.
        String ask(String text) throws InterruptedException {
            socket.sendText(text, true).join();
            return nextMessage();
        }

        /// Returns the messages that nobody has waited for. All of an event that was answered are
        /// among them: they come before the answer to a ping that is sent now.
        List<String> rest() throws InterruptedException {
            List<String> rest = new ArrayList<>();
            for (String message = ask("ping"); !message.equals("pong"); message = nextMessage()) {
                rest.add(message);
            }
            return rest;
        }

        /// Waits for the end of the connection and returns its code.
        int closeCode() throws InterruptedException {
            Integer code = closed.poll(SECONDS, TimeUnit.SECONDS);
            return code == null ? -1 : code;
        }

        @Override
        public void onOpen(WebSocket opened) {
            socket = opened;
            opened.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                messages.add(partial.toString());
                partial.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.add(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.add(1006);
        }
    }
}
