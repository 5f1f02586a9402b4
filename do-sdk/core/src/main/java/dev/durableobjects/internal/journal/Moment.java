package dev.durableobjects.internal.journal;

/// A moment of the past. Immutable.
///
/// @param position the last commit of all objects that counts
/// @param isBeforeRestore whether all that the object committed before its next restore counts, too
public record Moment(long position, boolean isBeforeRestore) {

    /// Returns the moment behind a commit.
    public static Moment after(long position) {
        return new Moment(position, false);
    }

    /// Returns the moment just before the first restore behind a commit.
    public static Moment beforeRestoreAfter(long position) {
        return new Moment(position, true);
    }
}
