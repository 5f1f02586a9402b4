package dev.durableobjects.command;

import dev.durableobjects.internal.control.Trouble;
import dev.durableobjects.json.Json;
import java.time.ZoneId;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/// The operator's command. It exits with 0 if it has done its work, 1 if it failed, 2 if it has
/// found damage, and 64 if its arguments are wrong.
///
///     java --enable-native-access=ALL-UNNAMED -cp 'app.jar:libs/*' \
///         dev.durableobjects.command.Main list FLIGHT --prefix LH-
public final class Main {

    private static final System.Logger LOGGER = System.getLogger(Main.class.getName());

    private final Streams streams;
    private final Times times;

    Main(Streams streams, Times times) {
        this.streams = streams;
        this.times = times;
    }

    /// Does what the arguments say, and exits.
    public static void main(String[] arguments) {
        // What was done is printed; a log would say it again.
        Logger.getLogger("").setLevel(Level.WARNING);
        // SQLite's driver looks for SLF4J, which complains if it finds nothing to log to.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        Main command = new Main(Streams.ofProcess(), new Times(ZoneId.systemDefault()));
        System.exit(
                command.run(List.of(arguments), System.getProperty("sun.jnu.encoding", "UTF-8")));
    }

    /// Where the system's characters are those of ASCII, Java reads others as something else: the
    /// wrong object must not be deleted for that.
    int run(List<String> words, String encoding) {
        boolean isAscii = encoding.equals("ANSI_X3.4-1968") || encoding.equals("US-ASCII");
        if (isAscii && words.stream().anyMatch(word -> word.chars().anyMatch(c -> c > '~'))) {
            complain(
                    new UsageException(
                            "an argument has characters beyond ASCII, which this process cannot"
                                    + " read: set LC_ALL=C.UTF-8"),
                    options(words).contains("--json"));
            return Outcome.MISUSED;
        }
        return run(words);
    }

    /// Returns the exit code.
    int run(List<String> words) {
        int exitCode = carryOut(words);
        if (streams.out().checkError()) {
            streams.err()
                    .println(
                            "durable: the result could not be written to standard output; what was"
                                    + " asked for is done if the exit code would have been 0");
            return exitCode == Outcome.DONE ? Outcome.FAILED : exitCode;
        }
        return exitCode;
    }

    private int carryOut(List<String> words) {
        boolean json = options(words).contains("--json");
        try {
            if (words.isEmpty()) {
                throw new UsageException("a subcommand is missing");
            }
            if (asksForHelp(words)) {
                streams.out().print(help(words));
                return Outcome.DONE;
            }
            Subcommand subcommand = Subcommand.named(words.getFirst());
            Arguments arguments = subcommand.arguments(words.subList(1, words.size()));
            Outcome outcome = subcommand.run(new Call(arguments, streams, times));
            streams.out()
                    .println(json ? Json.text(outcome.result()) : Text.printable(outcome.text()));
            return outcome.exitCode();
        } catch (UsageException e) {
            complain(e, json);
            if (!json) {
                streams.err().println("durable help [SUBCOMMAND] says how it is written");
            }
            return Outcome.MISUSED;
        } catch (RuntimeException e) {
            complain(e, json);
            return Outcome.FAILED;
        }
    }

    /// Behind two dashes nothing is an option.
    private static List<String> options(List<String> words) {
        int dashes = words.indexOf("--");
        return dashes < 0 ? words : words.subList(0, dashes);
    }

    private static boolean asksForHelp(List<String> words) {
        return words.getFirst().equals("help")
                || options(words).contains("--help")
                || words.getFirst().equals("-h");
    }

    private static String help(List<String> words) {
        return words.stream()
                .filter(word -> !word.equals("help") && !word.startsWith("-"))
                .findFirst()
                .map(name -> Subcommand.named(name).help())
                .orElseGet(Subcommand::overview);
    }

    private void complain(RuntimeException failure, boolean json) {
        if (!Trouble.isExpected(failure)) {
            LOGGER.log(System.Logger.Level.ERROR, "unexpected failure", failure);
        }
        String message = Trouble.message(failure);
        if (json) {
            streams.out().println(Json.text(new Failure(message)));
        } else {
            streams.err().println("durable: " + Text.printable(message));
        }
    }

    private record Failure(String error) {}
}
