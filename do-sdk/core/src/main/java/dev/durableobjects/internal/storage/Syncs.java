package dev.durableobjects.internal.storage;

/// Who forces what a connection commits, and the settings that every connection has. Immutable.
enum Syncs {
    /// Nobody, or somebody else.
    NONE("OFF"),
    /// SQLite, where the database would be damaged otherwise: before and after a checkpoint.
    CHECKPOINTS("NORMAL");

    private final String mode;

    Syncs(String mode) {
        this.mode = mode;
    }

    /// Returns the statements that a new connection runs first.
    ///
    /// Page 1 keeps the journal mode; everything else is a setting of the connection. The locking
    /// mode comes first: then the index of the write-ahead log lives on the heap, without a file.
    /// `synchronous` comes before the journal mode, which makes the first page of a new database
    /// and would force it three times over.
    ///
    /// SQLite gives a cache that gets its first page the memory of twenty, and touches all of it,
    /// but not if the cache may have one page only. So the cache is emptied, gets its first page
    /// when it is that small, and then its size: an object holds the pages that it uses.
    String settings(int cacheKib) {
        return """
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA synchronous = %s;
        PRAGMA journal_mode = WAL;
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA foreign_keys = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = 1;
        PRAGMA shrink_memory;
        PRAGMA schema_version;
        PRAGMA cache_size = -%d;
        """
                .formatted(mode, cacheKib);
    }
}
