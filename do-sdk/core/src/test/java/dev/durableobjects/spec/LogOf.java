package dev.durableobjects.spec;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// What a class logs while this is open, at every level. Safe for use by many threads.
final class LogOf extends Handler implements AutoCloseable {

    private final BlockingQueue<LogRecord> records = new LinkedBlockingQueue<>();
    private final Logger logger;
    private final Level before;

    LogOf(Class<?> type) {
        logger = Logger.getLogger(type.getName());
        before = logger.getLevel();
        logger.setLevel(Level.ALL);
        logger.addHandler(this);
    }

    /// Waits for the next record.
    LogRecord next() throws InterruptedException {
        LogRecord next = records.poll(30, TimeUnit.SECONDS);
        assertNotNull(next, "nothing was logged");
        return next;
    }

    @Override
    public void publish(LogRecord logged) {
        records.add(logged);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setLevel(before);
    }
}
