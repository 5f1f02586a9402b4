package dev.durableobjects.example.seatbooking;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The app in a process of its own, as a user runs it; it can be asked to stop, and killed.
final class AppProcess implements AutoCloseable {

    private static final Pattern OPEN =
            Pattern.compile("Open http://localhost:(\\d+)/\\?flightId=1234 \\(data in (.+)\\)");

    private final Process process;
    private final int port;
    private final String dataDirectory;

    private AppProcess(Process process, int port, String dataDirectory) {
        this.process = process;
        this.port = port;
        this.dataDirectory = dataDirectory;
    }

    /// Starts the app and returns when it says where to open it.
    ///
    /// @param port the port to listen on, 0 for any
    static AppProcess start(Path directory, int port) throws IOException {
        Process process = launch(directory, port);
        List<String> log = new ArrayList<>();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            log.add(line);
            Matcher matcher = OPEN.matcher(line);
            if (matcher.find()) {
                Thread.ofVirtual().start(() -> drain(out, Writer.nullWriter()));
                return new AppProcess(
                        process, Integer.parseInt(matcher.group(1)), matcher.group(2));
            }
        }
        throw new IOException("the app did not start:\n" + String.join("\n", log));
    }

    /// What is left of an app that could not start.
    record Refusal(int exitCode, String log) {}

    /// Starts an app that cannot start, and returns when it has ended.
    static Refusal refused(Path directory, int port) throws IOException, InterruptedException {
        Process process = launch(directory, port);
        try {
            String log =
                    String.join("\n", process.inputReader(StandardCharsets.UTF_8).readAllLines());
            return new Refusal(process.waitFor(), log);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process launch(Path directory, int port) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        Main.class.getName());
        builder.environment().put("SERVER_PORT", String.valueOf(port));
        builder.environment().put("DURABLE_DIRECTORY", directory.toString());
        builder.redirectErrorStream(true);
        return builder.start();
    }

    /// Reads to the end: a process whose output nobody reads stops when the pipe is full.
    static void drain(Reader out, Writer into) {
        try {
            out.transferTo(into);
        } catch (IOException e) {
            // The process has ended.
        }
    }

    int port() {
        return port;
    }

    long id() {
        return process.pid();
    }

    /// Returns the data directory that the last start-up line names.
    String dataDirectory() {
        return dataDirectory;
    }

    /// Kills the process without a chance to do anything: SIGKILL.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /// What is done with one seat.
    interface Step {
        void run(String seatNumber) throws Exception;
    }

    /// Does a step with one seat after the other, and kills the process at any moment after so many
    /// of them.
    void killAfter(int steps, List<String> seatNumbers, Step step) throws Exception {
        CountDownLatch enough = new CountDownLatch(steps);
        Thread killer = Thread.ofVirtual().start(() -> killWhen(enough));
        try {
            for (String seatNumber : seatNumbers) {
                step.run(seatNumber);
                enough.countDown();
            }
        } catch (IOException e) {
            // The process is gone; what it answered before counts.
        } finally {
            while (enough.getCount() > 0) {
                enough.countDown();
            }
            killer.join();
        }
    }

    private void killWhen(CountDownLatch enough) {
        try {
            enough.await();
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Asks the process to stop: SIGTERM.
    void requestStop() {
        process.destroy();
    }

    /// Asks the process to stop, and waits for it.
    ///
    /// @return whether it ended by itself
    boolean stop() throws InterruptedException {
        requestStop();
        return process.waitFor(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
