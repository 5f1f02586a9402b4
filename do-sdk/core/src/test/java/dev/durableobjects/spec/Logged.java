package dev.durableobjects.spec;

import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// What a class writes in the log while this is open.
final class Logged extends Handler implements AutoCloseable {

    private final Logger logger;
    private final Consumer<String> lines;

    Logged(Class<?> writer, Consumer<String> lines) {
        this.logger = Logger.getLogger(writer.getName());
        this.lines = lines;
        logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord line) {
        lines.accept(new SimpleFormatter().formatMessage(line));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
