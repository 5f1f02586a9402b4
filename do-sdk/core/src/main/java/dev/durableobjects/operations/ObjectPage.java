package dev.durableobjects.operations;

import java.util.List;
import java.util.Optional;

/// A part of a listing. Immutable.
///
/// @param objects in the order of the listing
/// @param cursor where the listing goes on, for [ObjectQuery#after]; empty at its end
public record ObjectPage(List<StoredObject> objects, Optional<String> cursor) {

    /// Makes a page.
    public ObjectPage {
        objects = List.copyOf(objects);
    }
}
