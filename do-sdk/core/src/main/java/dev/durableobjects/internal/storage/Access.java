package dev.durableobjects.internal.storage;

/// What a connection does with its database, and the settings that it has for it. Immutable.
enum Access {
    /// It reads a database that nobody writes meanwhile, without a lock and without a log.
    READS("immutable=1", ""),
    /// It writes a database that has a file, and somebody else forces what it has committed.
    WRITES("mode=rw", writing("OFF")),
    /// It writes a database, which it makes if there is none, and SQLite forces where that would be
    /// damaged otherwise: before and after a checkpoint.
    WRITES_AND_FORCES("mode=rwc", writing("NORMAL"));

    private final String parameter;
    private final String first;

    Access(String parameter, String first) {
        this.parameter = parameter;
        this.first = first;
    }

    /// Returns what the name of the database says about it.
    String parameter() {
        return parameter;
    }

    /// Page 1 keeps the journal mode; everything else is a setting of the connection. The locking
    /// mode comes first: then the index of the write-ahead log lives on the heap, without a file.
    /// `synchronous` comes before the journal mode, which makes the first page of a new database
    /// and would force it three times over.
    private static String writing(String synchronous) {
        return """
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA synchronous = %s;
        PRAGMA journal_mode = WAL;
        PRAGMA wal_autocheckpoint = 0;
        """
                .formatted(synchronous);
    }

    /// Returns the statements that a new connection runs first.
    ///
    /// SQLite gives a cache that gets its first page the memory of twenty, and touches all of it,
    /// but not if the cache may have one page only. So the cache is emptied, gets its first page
    /// when it is that small, and then its size: an object holds the pages that it uses.
    String settings(int cacheKib) {
        return first
                + """
                PRAGMA foreign_keys = ON;
                PRAGMA temp_store = MEMORY;
                PRAGMA cache_size = 1;
                PRAGMA shrink_memory;
                PRAGMA schema_version;
                PRAGMA cache_size = -%d;
                """
                        .formatted(cacheKib);
    }
}
