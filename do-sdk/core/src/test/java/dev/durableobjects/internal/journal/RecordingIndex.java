package dev.durableobjects.internal.journal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Remembers what a journal tells of its records. Safe for use by many threads.
final class RecordingIndex implements JournalIndex {

    private final List<Fact> facts = new CopyOnWriteArrayList<>();
    private final AtomicInteger forces = new AtomicInteger();

    List<Fact> facts() {
        return facts;
    }

    int forces() {
        return forces.get();
    }

    @Override
    public void add(List<Fact> more) {
        facts.addAll(more);
    }

    @Override
    public void force() {
        forces.incrementAndGet();
    }
}
