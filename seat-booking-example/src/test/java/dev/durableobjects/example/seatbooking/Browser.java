package dev.durableobjects.example.seatbooking;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/// One window of a real Chromium that shows the app's page.
final class Browser implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(Browser.class.getName());
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /// Skips the calling test, loudly, on a machine without Chromium.
    static void assumeInstalled() {
        if (!Files.isExecutable(CHROMIUM) || !Files.isExecutable(DRIVER)) {
            String skipped =
                    "SKIPPED: the browser tests need %s and %s; install the packages chromium and"
                                    .formatted(CHROMIUM, DRIVER)
                            + " chromium-driver to run them";
            LOGGER.log(System.Logger.Level.WARNING, skipped);
            Assumptions.abort(skipped);
        }
    }

    /// Opens a window of its own, with its own session.
    static Browser open(String... extraArguments) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toString());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1000,1000");
        options.addArguments(extraArguments);
        ChromeDriverService service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .withSilent(true)
                        .build();
        return new Browser(new ChromeDriver(service, options));
    }

    Browser show(int port, String target) {
        driver.get("http://127.0.0.1:%d%s".formatted(port, target));
        return this;
    }

    /// Shows a flight, and waits until the page follows it.
    Browser showFlight(int port, String flightId) {
        show(port, "/?flightId=" + flightId);
        awaitText("connection", "Live");
        return this;
    }

    Browser resize(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
        return this;
    }

    WebElement element(String id) {
        return driver.findElement(By.id(id));
    }

    WebElement seat(String seatNumber) {
        return element("seat-" + seatNumber);
    }

    String text(String id) {
        return element(id).getText();
    }

    String focusedId() {
        return driver.switchTo().activeElement().getDomAttribute("id");
    }

    /// Presses keys wherever the focus is.
    void press(CharSequence... keys) {
        for (CharSequence key : keys) {
            driver.switchTo().activeElement().sendKeys(key);
        }
    }

    /// Books a seat with the mouse.
    void book(String seatNumber, String name) {
        seat(seatNumber).click();
        WebElement field = element("name");
        field.clear();
        field.sendKeys(name);
        element("book").click();
    }

    void awaitText(String id, String part) {
        await(id + " says '" + part + "'", () -> text(id).contains(part));
    }

    void awaitState(String seatNumber, String state) {
        await(
                "seat %s is %s".formatted(seatNumber, state),
                () -> state.equals(seat(seatNumber).getDomAttribute("data-state")));
    }

    void await(String what, java.util.function.BooleanSupplier condition) {
        new WebDriverWait(driver, PATIENCE, Duration.ofMillis(50))
                .ignoring(StaleElementReferenceException.class)
                .withMessage(() -> "waited until " + what)
                .until(ignored -> condition.getAsBoolean());
    }

    Object script(String javaScript, Object... arguments) {
        return driver.executeScript(javaScript, arguments);
    }

    /// Keeps what the window shows as build output.
    void screenshot(String name) {
        try {
            Files.createDirectories(SCREENSHOTS);
            Files.write(
                    SCREENSHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CharSequence[] times(int count, Keys key) {
        CharSequence[] keys = new CharSequence[count];
        java.util.Arrays.fill(keys, key);
        return keys;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
