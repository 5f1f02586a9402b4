package dev.durableobjects.operations;

/// A namespace that a data directory knows, whether a program serves it now or not. Immutable.
///
/// @param name of its binding
/// @param uniqueKey from which ids and the names of files derive
public record StoredNamespace(String name, String uniqueKey) {}
