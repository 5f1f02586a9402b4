package dev.durableobjects.runtime;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.internal.engine.Admitter;
import dev.durableobjects.internal.engine.ObjectClass;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.storage.DataDirectory;
import java.util.function.BiFunction;

/// A class of objects as an application has registered it. Immutable.
///
/// @param binding the name and the interface of its namespace
/// @param factory makes an instance
/// @param config everything else
record RegisteredClass(
        Binding<?> binding,
        BiFunction<DurableObjectState, Env, ? extends DurableObject> factory,
        NamespaceConfig config) {

    /// Returns the class as the engine has it.
    ObjectClass<?> open(DataDirectory directory, Waiting waiting) {
        int objects = directory.countObjects(config.uniqueKey());
        return open(binding, new Admitter(binding.name(), config.admission(), waiting, objects));
    }

    private <T> ObjectClass<T> open(Binding<T> typed, Admitter admitter) {
        return new ObjectClass<>(
                typed,
                config.uniqueKey(),
                factory,
                admitter,
                config.sqlPolicy(),
                config.socketQueuePolicy());
    }
}
