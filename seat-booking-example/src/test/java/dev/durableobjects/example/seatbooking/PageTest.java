package dev.durableobjects.example.seatbooking;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/// The page in a real browser.
@Timeout(120)
class PageTest {

    @TempDir private static Path directory;
    private static AppProcess app;
    private static Browser browser;
    private static Browser second;

    @BeforeAll
    static void open() throws Exception {
        Browser.assumeInstalled();
        app = AppProcess.start(directory, 0);
        browser = Browser.open();
        second = Browser.open();
    }

    @AfterAll
    static void close() throws Exception {
        if (app != null) {
            second.close();
            browser.close();
            app.close();
        }
    }

    @Test
    void aSeatIsBookedWithTheMouseAndEveryOtherWindowSeesIt() {
        browser.showFlight(app.port(), "mouse");
        second.showFlight(app.port(), "mouse");
        browser.screenshot("free");

        browser.book("4C", "Ann");

        browser.awaitState("4C", "yours");
        browser.awaitText("message", "Seat 4C is booked for Ann.");
        second.awaitState("4C", "taken");
        assertThat(second.seat("4C").getDomAttribute("aria-label"), is("Seat 4C, aisle, taken"));
        browser.screenshot("booked");
        second.screenshot("taken");
    }

    @Test
    void aSeatIsBookedWithTheKeyboardAlone() {
        browser.showFlight(app.port(), "keyboard");
        browser.press(Keys.TAB);
        assertThat(browser.focusedId(), is("seat-1A"));

        browser.press(Browser.times(3, Keys.ARROW_DOWN));
        browser.press(Browser.times(4, Keys.ARROW_RIGHT));
        assertThat(browser.focusedId(), is("seat-4E"));
        browser.press(Keys.ENTER);
        assertThat(browser.focusedId(), is("name"));
        browser.screenshot("dialog");
        browser.press("Kim", Keys.ENTER);

        browser.awaitState("4E", "yours");
        assertThat("the focus is back", browser.focusedId(), is("seat-4E"));
    }

    @Test
    void theGridMovesAsTheAriaPatternSays() {
        browser.showFlight(app.port(), "grid");
        browser.press(Keys.TAB);

        browser.press(Keys.END);
        assertThat(browser.focusedId(), is("seat-1F"));
        browser.press(Keys.ARROW_RIGHT);
        assertThat("no way out at the edge", browser.focusedId(), is("seat-1F"));
        browser.press(Keys.chord(Keys.CONTROL, Keys.END));
        assertThat(browser.focusedId(), is("seat-10F"));
        browser.press(Keys.HOME);
        assertThat(browser.focusedId(), is("seat-10A"));
        browser.press(Keys.chord(Keys.CONTROL, Keys.HOME));
        assertThat(browser.focusedId(), is("seat-1A"));
        assertThat(
                "one tab stop",
                browser.script("return document.querySelectorAll('.seat[tabindex=\"0\"]').length"),
                is(1L));
    }

    @Test
    void aSeatThatWasJustTakenIsExplained() throws Exception {
        browser.showFlight(app.port(), "conflict");
        // The page believes that it holds the seat, and the server knows nothing of it.
        browser.script(
                """
                const original = window.fetch;
                window.fetch = (url, init) => url.startsWith("hold-seat")
                  ? Promise.resolve(Response.json({ message: "held", status: 200 }))
                  : original(url, init);
                """);
        browser.seat("2B").click();
        try (SeatClient other = new SeatClient(app.port(), "conflict")) {
            other.book("2B", "Bob");
        }
        browser.awaitState("2B", "taken");

        browser.element("name").sendKeys("Ann");
        browser.element("book").click();

        browser.awaitText("message", "Seat 2B was just taken.");
        browser.seat("2B").click();
        browser.awaitText("message", "Seat 2B is taken.");
        browser.screenshot("conflict");
    }

    @Test
    void aSeatIsHeldWhileItsPassengerWritesANameAndFreeWhenTheyCancel() {
        browser.showFlight(app.port(), "hold");
        second.showFlight(app.port(), "hold");

        browser.seat("3D").click();

        second.awaitState("3D", "held");
        assertThat(second.seat("3D").getDomAttribute("aria-label"), is("Seat 3D, aisle, held"));
        browser.awaitText("held-for", "Held for you for 1:");
        browser.screenshot("held-for");
        second.screenshot("held");
        second.seat("3D").click();
        second.awaitText("message", "Somebody else is about to book seat 3D.");
        browser.element("cancel").click();
        second.awaitState("3D", "free");
        browser.awaitState("3D", "free");
    }

    @Test
    void aBookingThatEndsItsHoldAlarmsNobody() {
        browser.showFlight(app.port(), "quiet");
        // The answer comes after the news that the seat is held no more.
        browser.script(
                """
                const original = window.fetch;
                window.fetch = async (url, init) => {
                  const response = await original(url, init);
                  if (url.startsWith("book-seat")) {
                    await new Promise((resolve) => { window.answer = resolve; });
                  }
                  return response;
                };
                """);
        browser.seat("4D").click();
        browser.awaitText("held-for", "Held for you for 1:");

        browser.element("name").sendKeys("Ann");
        browser.element("book").click();

        browser.await("the hold has ended", () -> browser.text("held-for").isEmpty());
        assertThat(browser.text("booking-error"), is(""));
        browser.script("window.answer()");
        browser.awaitText("message", "Seat 4D is booked for Ann.");
    }

    @Test
    void aSeatIsFreeAgainWhenThePageThatHeldItIsLeft() {
        browser.showFlight(app.port(), "left");
        second.showFlight(app.port(), "left");
        browser.seat("3D").click();
        second.awaitState("3D", "held");

        browser.show(app.port(), "/");

        second.awaitState("3D", "free");
    }

    @Test
    void aPageThatComesLaterSeesWhatIsHeld() throws Exception {
        try (SeatClient other = new SeatClient(app.port(), "later")) {
            other.hold("3D", "a-holder-of-a-seat");
        }

        browser.showFlight(app.port(), "later");

        browser.awaitState("3D", "held");
    }

    @Test
    void anUpdateDoesNotTakeTheFocusAway() throws Exception {
        browser.showFlight(app.port(), "focus");
        browser.press(Keys.TAB, Keys.ARROW_DOWN);
        try (SeatClient other = new SeatClient(app.port(), "focus")) {
            other.book("2A", "Bob");
        }

        browser.awaitState("2A", "taken");

        assertThat(browser.focusedId(), is("seat-2A"));
    }

    @Test
    void aNameWithMarkupIsShownAsText() {
        String name = "<img src=x onerror=\"window.hacked=1\"><b>Ann</b>";
        browser.showFlight(app.port(), "markup");

        browser.book("1A", name);

        browser.awaitText("message", "Seat 1A is booked for " + name);
        assertThat(browser.script("return window.hacked"), is(nullValue()));
        assertThat(
                browser.script("return document.querySelectorAll('main b, main img').length"),
                is(0L));
    }

    @Test
    void aRefusedNameIsExplainedInTheDialog() {
        browser.showFlight(app.port(), "refused");
        browser.seat("1A").click();
        browser.script("arguments[0].value = 'a\\u202eb'", browser.element("name"));

        browser.element("book").click();

        browser.awaitText("booking-error", "name must not contain control characters");
        assertThat(browser.focusedId(), is("name"));
    }

    @Test
    void thePageComesBackAfterTheServerRestarted() throws Exception {
        browser.showFlight(app.port(), "restart");
        int port = app.port();

        assertThat("it ended by itself", app.stop(), is(true));

        browser.awaitText("connection", "Reconnecting. The seats may be out of date.");
        browser.awaitText("countdown", "Next try in");
        browser.seat("5A").click();
        browser.awaitText("message", "Not connected.");
        browser.screenshot("stale");
        app = AppProcess.start(directory, port);
        try (SeatClient other = new SeatClient(port, "restart")) {
            other.book("6A", "Bob");
        }
        browser.awaitText("connection", "Live");
        browser.awaitState("6A", "taken");
        browser.book("5A", "Ann");
        browser.awaitState("5A", "yours");
    }

    @Test
    void withoutAFlightThePageAsksForOne() {
        browser.show(app.port(), "/");
        browser.screenshot("ask");
        assertThat(browser.focusedId(), is("flight-id"));

        browser.press("LH-400", Keys.ENTER);

        browser.awaitText("connection", "Live");
        assertThat(browser.text("flight"), containsString("LH-400"));
    }

    @Test
    void aWrongFlightIsExplained() {
        browser.show(app.port(), "/?flightId=%3Cscript%3E");

        browser.awaitText("message", "flightId must be 1 to 32 letters, digits or hyphens");
        assertThat(browser.focusedId(), is("flight-id"));
    }

    @Test
    void thePageFitsAPhoneInDarkMode() {
        try (Browser phone = Browser.open("--force-dark-mode", "--window-size=390,844")) {
            phone.resize(390, 844).showFlight(app.port(), "phone");
            phone.book("2B", "Ann");
            phone.awaitState("2B", "yours");
            phone.screenshot("phone-dark");

            assertThat(
                    "nothing to scroll sideways",
                    phone.script(
                            "return document.documentElement.scrollWidth"
                                    + " <= document.documentElement.clientWidth"),
                    is(true));
            assertThat(
                    "dark",
                    phone.script("return matchMedia('(prefers-color-scheme: dark)').matches"),
                    is(true));
        }
    }
}
