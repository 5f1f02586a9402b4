package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.Env;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.rpc.MethodTable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The objects of one class. Safe for use by many threads.
///
/// @param <T> the interface through which the objects are called
public final class Namespace<T> implements DurableObjectNamespace<T> {

    private final ObjectDirectory directory;
    private final ObjectClass<T> type;
    private final Env env;
    private final IdDerivation ids;
    private final MethodTable<T> methods;

    /// Makes the namespace of a class.
    ///
    /// @param env what its objects get
    public Namespace(Node node, ObjectDirectory directory, ObjectClass<T> type, Env env) {
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
        if (!type.admits().test(name)) {
            throw new IllegalArgumentException(
                    "namespace %s does not admit the name '%s'"
                            .formatted(type.binding().name(), name));
        }
        return ids.fromName(name);
    }

    @Override
    public DurableObjectId newUniqueId() {
        return ids.unique();
    }

    @Override
    public DurableObjectId idFromString(String hex) {
        return ids.fromString(hex);
    }

    @Override
    public DurableObjectStub<T> get(DurableObjectId id) {
        ids.check(id);
        return new Stub(id);
    }

    @Override
    public DurableObjectStub<T> getByName(String name) {
        return new Stub(idFromName(name));
    }

    /// A handle to one object; it looks the live activation up with every call.
    private final class Stub implements DurableObjectStub<T> {

        private final DurableObjectId id;

        Stub(DurableObjectId id) {
            this.id = id;
        }

        @Override
        public DurableObjectId id() {
            return id;
        }

        @Override
        public Optional<String> name() {
            return id.name();
        }

        @Override
        public T rpc() {
            return methods.proxy(
                    call -> directory.<@Nullable Object, Exception>call(type, id, env, call::on),
                    toString());
        }

        @Override
        public Response fetch(Request request) {
            return Unchecked.call(
                    () -> directory.call(type, id, env, object -> object.fetch(request)));
        }

        @Override
        public String toString() {
            return "stub of %s %s"
                    .formatted(type.binding().name(), id.name().orElse(id.toString()));
        }
    }
}
