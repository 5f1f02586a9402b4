package dev.durableobjects.command;

import dev.durableobjects.json.Json;
import dev.durableobjects.operations.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Shows how far long work is: to a person one line that is written over again, to a log a line now
/// and then, to a program lines of JSON. Work of less than a second shows nothing. Not safe for
/// several threads.
final class ProgressLine implements Progress, AutoCloseable {

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PrintStream out;
    private final Form form;
    private final LongSupplier nanoTime;
    private long nextNanos;
    private int shownLength;

    /// In which form, and how often.
    enum Form {
        TERMINAL(SECOND_NANOS / 5),
        LOG(10 * SECOND_NANOS),
        JSON(SECOND_NANOS);

        private final long pauseNanos;

        Form(long pauseNanos) {
            this.pauseNanos = pauseNanos;
        }
    }

    ProgressLine(PrintStream out, Form form, LongSupplier nanoTime) {
        this.out = out;
        this.form = form;
        this.nanoTime = nanoTime;
        this.nextNanos = nanoTime.getAsLong() + SECOND_NANOS;
    }

    @Override
    public void at(String what, long done, long total) {
        long now = nanoTime.getAsLong();
        if (now - nextNanos < 0) {
            return;
        }
        nextNanos = now + form.pauseNanos;
        switch (form) {
            case TERMINAL -> rewrite(text(what, done, total));
            case LOG -> out.println(text(what, done, total));
            case JSON -> out.println(Json.text(new Line(what, done, total)));
        }
    }

    private static String text(String what, long done, long total) {
        long percent = total > 0 ? (long) (100.0 * done / total) : 0;
        return String.format(Locale.ROOT, "%3d %%  %s: %,d of %,d", percent, what, done, total);
    }

    private void rewrite(String text) {
        out.print("\r" + text + " ".repeat(Math.max(0, shownLength - text.length())));
        out.flush();
        shownLength = text.length();
    }

    /// Ends the line.
    @Override
    public void close() {
        if (shownLength > 0) {
            rewrite("");
            out.print("\r");
            out.flush();
        }
    }

    private record Line(String what, long done, long total) {}
}
