package dev.durableobjects.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/// What the engine warns of, from when it is made until it is closed.
final class RecordingLog extends Handler {

    private final Logger engine = Logger.getLogger("dev.durableobjects.internal.engine");
    private final List<LogRecord> records = Probe.seen();

    RecordingLog() {
        engine.addHandler(this);
    }

    /// Returns the warnings about an object, in their order.
    List<String> warnings(String object) {
        return records.stream()
                .filter(one -> one.getLevel().equals(Level.WARNING))
                .map(LogRecord::getMessage)
                .filter(message -> message.startsWith("PROBE " + object + ":"))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    @Override
    public void publish(LogRecord one) {
        records.add(one);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        engine.removeHandler(this);
    }
}
