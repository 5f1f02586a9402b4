package dev.durableobjects;

/// The state of one object at one moment, for another object to begin with:
/// [DurableObjectStorage#restoreOnNextSession(DurableObjectSnapshot)].
///
/// It names the state and holds no copy, so it costs nothing, and it is good for as long as the
/// object's namespace keeps history. It may be passed in calls from object to object, but not
/// stored: whoever has it can read the whole object. Immutable.
public final class DurableObjectSnapshot {

    private final String database;
    private final Bookmark bookmark;
    private final DurableObjectId id;

    /// Makes a snapshot; applications get theirs from [DurableObjectStorage#snapshot()].
    ///
    /// @param database the path of the object's database in the data directory
    /// @param bookmark the moment
    /// @param id of the object
    public DurableObjectSnapshot(String database, Bookmark bookmark, DurableObjectId id) {
        this.database = database;
        this.bookmark = bookmark;
        this.id = id;
    }

    /// Returns the path of the object's database in the data directory.
    public String database() {
        return database;
    }

    /// Returns the moment.
    public Bookmark bookmark() {
        return bookmark;
    }

    /// Returns the id of the object.
    public DurableObjectId id() {
        return id;
    }
}
