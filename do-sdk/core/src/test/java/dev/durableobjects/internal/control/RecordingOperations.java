package dev.durableobjects.internal.control;

import dev.durableobjects.Bookmark;
import dev.durableobjects.operations.Backup;
import dev.durableobjects.operations.ObjectPage;
import dev.durableobjects.operations.ObjectQuery;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.StoredNamespace;
import dev.durableobjects.operations.StoredObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// Operations of no directory: listing namespaces takes as long as a test wants, and is counted.
/// Safe for use by many threads.
final class RecordingOperations implements Operations {

    final AtomicInteger ended = new AtomicInteger();
    volatile CountDownLatch begun = new CountDownLatch(0);
    volatile CountDownLatch goOn = new CountDownLatch(0);
    volatile String what = "files";
    volatile Optional<RuntimeException> failure = Optional.empty();

    @Override
    public List<StoredNamespace> namespaces() {
        begun.countDown();
        try {
            goOn.await();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts an operation", e);
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        ended.incrementAndGet();
        return List.of(new StoredNamespace("NOTES", "notes"));
    }

    @Override
    public ObjectPage list(ObjectQuery query) {
        throw new UnsupportedOperationException();
    }

    @Override
    public StoredObject find(String namespace, String nameOrId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public StoredObject object(String namespace, String nameOrId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void exportObject(StoredObject object, Path target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void exportObject(StoredObject object, Instant at, Path target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Bookmark> importObject(StoredObject object, Path source) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Bookmark rewind(StoredObject object, Instant to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Bookmark rewind(StoredObject object, Bookmark to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Bookmark> delete(StoredObject object) {
        throw new UnsupportedOperationException();
    }

    /// Tells of much progress at once.
    @Override
    public Backup backup(Path target, Progress progress) {
        for (int i = 0; i < 1_000; i++) {
            progress.at(what, i, 1_000);
        }
        namespaces();
        return new Backup(target, Instant.EPOCH, 1, 2, 3, 4);
    }

    @Override
    public void close() {}
}
