package dev.durableobjects;

/// All objects of one class: makes ids, and gives stubs for them.
///
/// Nothing here contacts an object or touches the disk; an object comes into being with its first
/// call. Safe for use by many threads.
///
/// @param <T> the interface through which the objects are called
public interface DurableObjectNamespace<T> {

    /// Returns the id that belongs to this name: always the same one in this namespace.
    ///
    /// @throws IllegalArgumentException if the namespace does not admit the name
    DurableObjectId idFromName(String name);

    /// Returns a new random id.
    DurableObjectId newUniqueId();

    /// Reads an id that [DurableObjectId#toString] printed; upper-case digits are accepted. The
    /// result has no name, even if the id was once derived from one.
    ///
    /// @throws IllegalArgumentException if the text is not 64 hexadecimal digits, or is not an id
    ///   of this namespace
    DurableObjectId idFromString(String hex);

    /// Returns a stub for the object of this id.
    ///
    /// @throws IllegalArgumentException if the id is not one of this namespace
    DurableObjectStub<T> get(DurableObjectId id);

    /// Returns a stub for the object of this name: `get(idFromName(name))`.
    ///
    /// @throws IllegalArgumentException if the namespace does not admit the name
    DurableObjectStub<T> getByName(String name);
}
