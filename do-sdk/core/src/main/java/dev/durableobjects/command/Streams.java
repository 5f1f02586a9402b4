package dev.durableobjects.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.Optional;

/// What connects the command to who runs it. Texts are UTF-8. Used by one thread.
///
/// @param in answers to questions
/// @param out the result
/// @param err messages and progress
/// @param isTerminal whether a person sits there
record Streams(BufferedReader in, PrintStream out, PrintStream err, boolean isTerminal) {

    /// Returns those of the process.
    static Streams ofProcess() {
        return new Streams(
                new BufferedReader(
                        new InputStreamReader(new FileInputStream(FileDescriptor.in), UTF_8)),
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8),
                Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent());
    }
}
