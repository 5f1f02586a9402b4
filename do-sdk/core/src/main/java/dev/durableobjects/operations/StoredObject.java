package dev.durableobjects.operations;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.DurableObjectId;

/// An object of a data directory. Immutable.
///
/// @param namespace the name of its namespace's binding
/// @param id with the object's name, if that is known
public record StoredObject(String namespace, DurableObjectId id) {

    /// Names an object, which need not be stored.
    public StoredObject {
        requireNonNull(namespace, "namespace must be the name of a binding, was null");
        requireNonNull(id, "id must be a DurableObjectId, was null");
    }

    /// Returns the namespace and the object's name, or its id if the name is not known.
    @Override
    public String toString() {
        return namespace + " " + id.name().orElseGet(id::toString);
    }
}
