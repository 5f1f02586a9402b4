package dev.durableobjects.internal.control;

import dev.durableobjects.operations.StoredNamespace;
import dev.durableobjects.operations.StoredObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What requests give. These records are also the JSON that the command prints: their components
/// are documented in docs/operations/command.md.
public final class Results {

    private Results() {}

    /// The namespaces of a data directory.
    ///
    /// @param namespaces by name
    public record Namespaces(List<StoredNamespace> namespaces) {}

    /// Which object it is about.
    ///
    /// @param namespace the name of its binding
    /// @param name if it is known
    /// @param id 64 hexadecimal digits
    public record Item(String namespace, Optional<String> name, String id) {

        static Item of(StoredObject object) {
            return new Item(object.namespace(), object.id().name(), object.id().toString());
        }
    }

    /// A page of objects.
    ///
    /// @param objects in the order of the listing
    /// @param cursor of the next page, empty at the end
    public record Objects(List<Item> objects, Optional<String> cursor) {}

    /// An object that is in a file now.
    ///
    /// @param object which
    /// @param file where
    /// @param bytes of the file
    /// @param at the moment it is of, empty for now
    public record Exported(Item object, String file, long bytes, Optional<Instant> at) {}

    /// An object that was imported, rewound or deleted.
    ///
    /// @param object which
    /// @param undo the bookmark of the moment before, empty if there is no history
    public record Changed(Item object, Optional<String> undo) {}
}
