package dev.durableobjects.command;

/// What a subcommand has to say in the end. Immutable.
///
/// @param result for programs, as JSON
/// @param text for people
/// @param exitCode of the process
record Outcome(Record result, String text, int exitCode) {

    /// It was done.
    static final int DONE = 0;

    /// It failed, and a message says why.
    static final int FAILED = 1;

    /// It was looked for damage, and there is some.
    static final int DAMAGED = 2;

    /// The arguments of the command are wrong: `EX_USAGE` of BSD's `sysexits.h`.
    static final int MISUSED = 64;

    static Outcome of(Record result, String text) {
        return new Outcome(result, text, DONE);
    }
}
