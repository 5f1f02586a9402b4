package dev.durableobjects.example.seatbooking;

import dev.durableobjects.runtime.DurableObjects;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A page of somebody else, written to the same contract, works with the same Worker.
@Timeout(60)
class PlainPageTest {

    @TempDir private Path directory;

    @Test
    void aPlainPageBooksASeatAndRedrawsFromTheSocket() {
        Browser.assumeInstalled();
        try (DurableObjects objects =
                DurableObjects.builder()
                        .directory(directory)
                        .namespace(SeatWorker.FLIGHT, Flight::new)
                        .build()) {
            WebServerConfig.Builder server = WebServer.builder().port(0).host("127.0.0.1");
            objects.mount(server, new SeatWorker(), mount -> mount.staticContent("plain"));
            WebServer started = server.build().start();
            try (Browser browser = Browser.open()) {
                browser.show(started.port(), "/?flightId=1234");
                browser.await("the seats are drawn", () -> isSeat(browser, "3C"));

                browser.element("plain-3C").click();

                browser.awaitText("result", "Seat 3C booked successfully");
                browser.await("the seat is redrawn", () -> isSeat(browser, "3C Plain Jane"));
                browser.element("plain-3C").click();
                browser.awaitText("result", "Seat not available");
            } finally {
                started.stop();
            }
        }
    }

    private static boolean isSeat(Browser browser, String text) {
        Object shown = browser.script("return document.getElementById('plain-3C')?.textContent");
        return text.equals(shown);
    }
}
