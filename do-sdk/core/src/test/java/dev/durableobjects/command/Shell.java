package dev.durableobjects.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/// Runs the command, in this process or in one of its own.
final class Shell {

    private Shell() {}

    /// What came of it.
    record Ran(int exitCode, String out, String err) {}

    /// Runs the command in this process, and nobody sits at its terminal.
    static Ran run(List<String> words) {
        return run(words, "", false);
    }

    /// Runs the command in this process, with somebody who types this.
    static Ran runTyping(String typed, List<String> words) {
        return run(words, typed, true);
    }

    private static Ran run(List<String> words, String typed, boolean isTerminal) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Streams streams =
                new Streams(
                        new BufferedReader(new StringReader(typed)),
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        isTerminal);
        int exitCode = new Main(streams, new Times(ZoneId.of("Europe/Berlin"))).run(words);
        return new Ran(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }

    /// Runs the command as an operator does, with this working directory.
    static Ran process(Path working, List<String> words) throws IOException, InterruptedException {
        Path out = Files.createTempFile("command", ".out");
        Path err = Files.createTempFile("command", ".err");
        try {
            Process process =
                    new ProcessBuilder(commandLine(words))
                            .directory(working.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            process.getOutputStream().close();
            int exitCode = process.waitFor();
            return new Ran(exitCode, Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static List<String> commandLine(List<String> words) {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        line.addAll(words);
        return line;
    }
}
