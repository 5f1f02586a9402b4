package dev.durableobjects.runtime;

import dev.durableobjects.Binding;
import java.util.List;

/// What tests of recovery ask an object to keep.
interface Notes {

    Binding<Notes> NOTES = Binding.of("NOTES", Notes.class);

    /// Adds a note in three writes, of which never only some may be seen.
    void write(int number, int bytes);

    /// Returns every note of which both halves are there.
    List<Integer> read();

    /// Returns every note whose key is there.
    List<Integer> keys();

    /// Returns how many halves have no other.
    int halves();

    void deleteEverything();
}
