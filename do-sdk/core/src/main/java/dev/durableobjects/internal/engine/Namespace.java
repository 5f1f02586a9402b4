package dev.durableobjects.internal.engine;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.Env;
import dev.durableobjects.internal.rpc.MethodTable;
import dev.durableobjects.internal.value.Unicode;

/// The objects of one class. Safe for use by many threads.
///
/// @param <T> the interface through which the objects are called
public final class Namespace<T> implements DurableObjectNamespace<T> {

    private final Node node;
    private final ObjectDirectory directory;
    private final ObjectClass<T> type;
    private final Env env;
    private final IdDerivation ids;
    private final MethodTable<T> methods;

    /// Makes the namespace of a class.
    ///
    /// @param env what its objects get
    /// @throws IllegalArgumentException if the interface cannot be called from outside an object
    public Namespace(Node node, ObjectDirectory directory, ObjectClass<T> type, Env env) {
        this.node = node;
        this.directory = directory;
        this.type = type;
        this.env = env;
        this.ids = new IdDerivation(type.uniqueKey(), node.random());
        this.methods = new MethodTable<>(type.binding().api());
    }

    /// Returns what the namespace knows about its class.
    public ObjectClass<T> type() {
        return type;
    }

    @Override
    public DurableObjectId idFromName(String name) {
        if (name == null) {
            throw new IllegalArgumentException("a name must be a text, was null");
        }
        if (!Unicode.isValid(name)) {
            throw new IllegalArgumentException(
                    "a name must be valid Unicode, and this one has half of a surrogate pair");
        }
        type.admitter().admit(name);
        return ids.fromName(name);
    }

    @Override
    public DurableObjectId newUniqueId() {
        return ids.unique();
    }

    @Override
    public DurableObjectId idFromString(String hex) {
        requireNonNull(hex, "hex must be a text, was null");
        return ids.fromString(hex);
    }

    @Override
    public DurableObjectStub<T> get(DurableObjectId id) {
        requireNonNull(id, "id must be a DurableObjectId, was null");
        ids.check(id);
        return stub(id);
    }

    @Override
    public DurableObjectStub<T> getByName(String name) {
        return stub(idFromName(name));
    }

    /// Runs the pending alarm of an object now. For tests.
    ///
    /// @return whether there was one
    public boolean runAlarm(DurableObjectId id) {
        ids.check(requireNonNull(id, "id must be a DurableObjectId, was null"));
        return Failures.unchecked(() -> directory.call(type, id, env, new AlarmNow()));
    }

    /// Lets an object leave memory now. For tests.
    ///
    /// @throws IllegalStateException if it is not in memory, or cannot leave
    public void evict(DurableObjectId id) {
        ids.check(requireNonNull(id, "id must be a DurableObjectId, was null"));
        directory.evict(id);
    }

    private DurableObjectStub<T> stub(DurableObjectId id) {
        return new ObjectStub<>(node, directory, type, id, env, methods, null);
    }
}
