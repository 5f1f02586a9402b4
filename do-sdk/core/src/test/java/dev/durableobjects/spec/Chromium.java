package dev.durableobjects.spec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/// A window of a real Chromium, for tests of the JavaScript client.
final class Chromium implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(Chromium.class.getName());
    private static final Path BROWSER = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ChromeDriver driver;

    private Chromium(ChromeDriver driver) {
        this.driver = driver;
    }

    /// Opens a window; skips the calling test, loudly, on a machine without Chromium.
    static Chromium open() {
        if (!Files.isExecutable(BROWSER) || !Files.isExecutable(DRIVER)) {
            skip(
                    "SKIPPED: the tests of the JavaScript client need %s and %s; install the"
                                    .formatted(BROWSER, DRIVER)
                            + " packages chromium and chromium-driver to run them");
        }
        ChromeOptions options = new ChromeOptions();
        options.setBinary(BROWSER.toString());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync");
        ChromeDriverService service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .withSilent(true)
                        .build();
        return new Chromium(new ChromeDriver(service, options));
    }

    static void skip(String why) {
        LOGGER.log(System.Logger.Level.WARNING, why);
        Assumptions.abort(why);
    }

    /// Shows the page whose script prepares the tests, and waits until that has run.
    Chromium show(int port) {
        driver.get("http://127.0.0.1:%d/".formatted(port));
        await(
                "the page is ready",
                () -> Boolean.TRUE.equals(script("return globalThis.connect !== undefined")));
        return this;
    }

    /// Runs a script; what it returns is awaited.
    Object script(String javaScript, Object... arguments) {
        return driver.executeScript(javaScript, arguments);
    }

    /// Makes the socket of the page.
    ///
    /// @param options a JavaScript expression
    void connect(String url, String options) {
        script("connect('%s', %s)".formatted(url, options));
    }

    /// Returns what the socket of the page has told so far.
    List<String> told() {
        List<?> told = (List<?>) Objects.requireNonNull(script("return globalThis.told ?? []"));
        return told.stream().map(String::valueOf).toList();
    }

    /// Waits until the socket of the page has told exactly this.
    void awaitTold(String... expected) {
        await("the socket told " + List.of(expected), () -> told().equals(List.of(expected)));
    }

    /// Waits until the last that the socket of the page has told is this.
    void awaitLast(String expected) {
        await(
                "the last that the socket told is " + expected,
                () -> !told().isEmpty() && told().getLast().equals(expected));
    }

    private void await(String what, BooleanSupplier condition) {
        new WebDriverWait(driver, PATIENCE, Duration.ofMillis(50))
                .withMessage(() -> "waited until %s; it told %s".formatted(what, told()))
                .until(ignored -> condition.getAsBoolean());
    }

    @Override
    public void close() {
        driver.quit();
    }
}
