package dev.durableobjects.runtime;

import dev.durableobjects.Binding;
import dev.durableobjects.Bookmark;
import java.time.Instant;
import java.util.List;

/// What tests of backups ask an object to keep.
interface Vault {

    Binding<Vault> VAULT = Binding.of("VAULT", Vault.class);

    /// Adds a number in two writes, of which never only one may be seen.
    void add(int number);

    /// Returns the numbers in the order of their adding.
    ///
    /// @throws IllegalStateException if one is there by half
    List<Integer> numbers();

    /// Fills space that the numbers need not have.
    void fill(int bytes);

    Bookmark bookmark();

    /// Lets a restore wait for the next start.
    void restore(Bookmark bookmark);

    /// Ends the object as a fault does.
    void leave();

    void wake(Instant time);

    /// Makes a backup inside of the object.
    void backup();
}
