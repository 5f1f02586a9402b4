package dev.durableobjects.kv;

/// A key with its value.
///
/// @param <V> the type of the value
public record KvEntry<V>(String key, V value) {}
