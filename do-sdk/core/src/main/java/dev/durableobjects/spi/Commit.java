package dev.durableobjects.spi;

import dev.durableobjects.DurableObjectId;
import java.util.List;

/// What a transaction of an object's database has changed, when it is committed and not durable
/// yet. Immutable.
///
/// @param object the object
/// @param file the path of the database in the data directory, with slashes
/// @param isWhole whether the pages are the whole database, and not only what was changed
/// @param isRestore whether this puts the database back to what it was before, or to what another
///   was
/// @param pageSize the size of a page in bytes
/// @param databasePages how many pages the database has after the commit
/// @param pages the changed pages, each at most once
/// @param wake when the object must be woken, if that has changed
public record Commit(
        DurableObjectId object,
        String file,
        boolean isWhole,
        boolean isRestore,
        int pageSize,
        int databasePages,
        List<PageImage> pages,
        Wake wake) {

    /// Makes what an ordinary transaction has changed.
    public Commit(
            DurableObjectId object,
            String file,
            boolean isWhole,
            int pageSize,
            int databasePages,
            List<PageImage> pages,
            Wake wake) {
        this(object, file, isWhole, false, pageSize, databasePages, pages, wake);
    }
}
