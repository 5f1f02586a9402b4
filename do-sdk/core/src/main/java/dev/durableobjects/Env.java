package dev.durableobjects;

/// What a Worker or an object may use from its surroundings: the namespaces of the runtime.
///
/// Safe for use by many threads.
public interface Env {

    /// Returns the namespace that was registered for this binding.
    ///
    /// @throws IllegalArgumentException if the runtime has no such binding, or has one of this name
    ///   with another interface
    <T> DurableObjectNamespace<T> namespace(Binding<T> binding);
}
