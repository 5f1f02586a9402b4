package dev.durableobjects.spi;

import dev.durableobjects.DurableObjectId;
import java.util.List;

/// What a transaction of an object's database has changed, when it is committed and not durable
/// yet. Immutable.
///
/// @param object the object
/// @param file the path of the database in the data directory, with slashes
/// @param isWhole whether the pages are the whole database, and not only what was changed
/// @param kind what has made it
/// @param pageSize the size of a page in bytes
/// @param databasePages how many pages the database has after the commit
/// @param pages the changed pages, each at most once
/// @param wake when the object must be woken, if that has changed
public record Commit(
        DurableObjectId object,
        String file,
        boolean isWhole,
        Kind kind,
        int pageSize,
        int databasePages,
        List<PageImage> pages,
        Wake wake) {

    /// What makes a commit.
    public enum Kind {
        /// A transaction.
        CHANGE,
        /// A restore: the database becomes what it was before, or what another was.
        RESTORE,
        /// A restore too large for one commit: its next commit follows, and until the last the
        /// database is neither what it was nor what it becomes.
        PART_OF_RESTORE
    }

    /// Makes what an ordinary transaction has changed.
    public Commit(
            DurableObjectId object,
            String file,
            boolean isWhole,
            int pageSize,
            int databasePages,
            List<PageImage> pages,
            Wake wake) {
        this(object, file, isWhole, Kind.CHANGE, pageSize, databasePages, pages, wake);
    }
}
