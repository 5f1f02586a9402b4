package dev.durableobjects.spi;

/// What a commit says about when its object must be woken. Immutable.
///
/// @param millis since 1970; see the constants for what is no time
public record Wake(long millis) {

    /// The commit says nothing: it is as it was.
    public static final Wake UNCHANGED = new Wake(-1);

    /// The object need not be woken.
    public static final Wake NEVER = new Wake(0);

    /// Returns whether the commit says something.
    public boolean isChange() {
        return millis != UNCHANGED.millis;
    }

    /// Returns whether there is a time at which the object must be woken.
    public boolean isTime() {
        return millis > 0;
    }
}
