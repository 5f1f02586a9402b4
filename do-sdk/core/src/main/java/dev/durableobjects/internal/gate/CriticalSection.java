package dev.durableobjects.internal.gate;

import org.jspecify.annotations.Nullable;

/// A time during which only the events that belong to it enter an object. Sections nest; the
/// innermost open one decides who enters.
///
/// Guarded by the gate that made it.
public final class CriticalSection {

    private final @Nullable CriticalSection parent;
    private final int depth;
    private boolean open = true;

    CriticalSection(@Nullable CriticalSection parent) {
        this.parent = parent;
        this.depth = parent == null ? 1 : parent.depth + 1;
    }

    /// Returns how many sections lie around this one, itself included.
    public int depth() {
        return depth;
    }

    void end() {
        open = false;
    }

    /// Returns the section that what began in the given one belongs to now: that one while it is
    /// open, then the next open one around it.
    static @Nullable CriticalSection heir(@Nullable CriticalSection section) {
        CriticalSection heir = section;
        while (heir != null && !heir.open) {
            heir = heir.parent;
        }
        return heir;
    }
}
