package dev.durableobjects.runtime;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts a class in a process of its own, to be killed.
final class ChildJvm {

    static final Charset CHARSET = StandardCharsets.UTF_8;

    private ChildJvm() {}

    static Process start(Class<?> type, String... arguments) throws IOException {
        return start(ProcessBuilder.Redirect.DISCARD, type, arguments);
    }

    /// @param errors the file that gets what the process says, and keeps only that
    static Process start(Path errors, Class<?> type, String... arguments) throws IOException {
        return start(ProcessBuilder.Redirect.to(errors.toFile()), type, arguments);
    }

    private static Process start(ProcessBuilder.Redirect errors, Class<?> type, String... arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                type.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(errors).start();
    }
}
