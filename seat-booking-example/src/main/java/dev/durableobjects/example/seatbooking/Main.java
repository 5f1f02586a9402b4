package dev.durableobjects.example.seatbooking;

import dev.durableobjects.Admission;
import dev.durableobjects.runtime.DurableObjects;
import io.helidon.config.Config;
import io.helidon.logging.common.LogConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;

/// Starts the app. The only place that knows about ports and directories.
public final class Main {

    private static final System.Logger LOGGER = System.getLogger(Main.class.getName());

    private Main() {}

    /// Starts the app; it runs until the process gets SIGINT or SIGTERM.
    public static void main(String[] arguments) {
        LogConfig.configureRuntime();
        try {
            start(Config.create());
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.ERROR, "The app did not start: {0}", e.getMessage());
            LOGGER.log(System.Logger.Level.DEBUG, "Why it did not start", e);
            System.exit(1);
        }
    }

    private static void start(Config config) {
        DurableObjects objects =
                DurableObjects.builder()
                        .directory(Checkout.directory().resolve("data"))
                        .config(config.get("durable"))
                        .namespace(
                                SeatWorker.FLIGHT,
                                Flight::new,
                                n -> n.admission(Admission.keys(SeatWorker.FLIGHT_ID)))
                        .build();
        WebServerConfig.Builder server = WebServer.builder().config(config.get("server"));
        objects.mount(
                server,
                new SeatWorker(),
                mount -> mount.staticContent("page").javaScriptClient().health("/health"));
        WebServer started = server.build().start();
        if (!started.isRunning()) {
            objects.close();
            throw new IllegalStateException(
                    "the server cannot listen; is its port in use? SERVER_PORT sets another one");
        }
        LOGGER.log(
                System.Logger.Level.INFO,
                "Open http://localhost:{0}/?flightId=1234 (data in {1})",
                String.valueOf(started.port()),
                objects.directory());
    }
}
