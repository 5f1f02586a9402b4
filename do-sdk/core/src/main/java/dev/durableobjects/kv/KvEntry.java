package dev.durableobjects.kv;

/// A key with its value. Immutable if the value is.
///
/// @param <V> the type of the value
public record KvEntry<V>(String key, V value) {}
