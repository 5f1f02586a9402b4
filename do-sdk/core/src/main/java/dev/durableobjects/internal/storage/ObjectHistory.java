package dev.durableobjects.internal.storage;

import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObjectSnapshot;
import dev.durableobjects.internal.journal.History;
import java.time.Instant;

/// The past of one object. Each call first makes durable what the event has written, so that it is
/// on one side of the moment. Only the object's thread may use it.
final class ObjectHistory {

    private final Journaling journaling;
    private final History history;
    private final Host host;

    ObjectHistory(Journaling journaling, Host host) {
        this.journaling = journaling;
        this.history = journaling.history();
        this.host = host;
    }

    Bookmark now() {
        host.sync();
        return history.now(journaling.id(), journaling.file());
    }

    Bookmark at(Instant time) {
        host.sync();
        return history.at(journaling.id(), journaling.file(), time);
    }

    DurableObjectSnapshot snapshot(Bookmark bookmark) {
        host.check();
        history.check(journaling.file(), journaling.id(), bookmark);
        return new DurableObjectSnapshot(journaling.file(), bookmark, journaling.id());
    }

    Bookmark restoreOnNextSession(DurableObjectSnapshot snapshot) {
        host.sync();
        history.prepare(journaling.file(), snapshot.database(), snapshot.id(), snapshot.bookmark());
        return history.beforeNextRestore(journaling.id());
    }
}
