package dev.durableobjects.internal.engine;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.Env;
import dev.durableobjects.RetryPolicy;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.rpc.MethodTable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A handle to one object; it looks the live activation up with every call. Safe for use by many
/// threads.
///
/// @param retry how calls are repeated, null for not at all
/// @param <T> the interface through which the object is called
record ObjectStub<T>(
        Node node,
        ObjectDirectory directory,
        ObjectClass<T> type,
        DurableObjectId id,
        Env env,
        MethodTable<T> methods,
        @Nullable RetryPolicy retry)
        implements DurableObjectStub<T> {

    @Override
    public Optional<String> name() {
        return id.name();
    }

    @Override
    public T rpc() {
        return methods.proxy(
                (method, arguments) ->
                        this.<@Nullable Object>send(
                                entered -> method.on(entered.instance().get(), arguments)),
                this);
    }

    @Override
    public Response fetch(Request request) {
        requireNonNull(request, "request must be a Request, was null");
        return Failures.unchecked(() -> send(entered -> entered.instance().get().fetch(request)));
    }

    @Override
    public DurableObjectStub<T> withRetry(RetryPolicy policy) {
        requireNonNull(policy, "policy must be a RetryPolicy, was null");
        return new ObjectStub<>(node, directory, type, id, env, methods, policy);
    }

    private <R extends @Nullable Object> R send(Event<R, Exception> event) throws Exception {
        if (retry == null) {
            return directory.call(type, id, env, event);
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return directory.call(type, id, env, event);
            } catch (DurableObjectException e) {
                if (attempt >= retry.attemptsMax() || !e.retryable() || e.overloaded()) {
                    throw e;
                }
                directory.pause(pauseNanos(retry, attempt));
            }
        }
    }

    /// Full jitter: any pause up to the longest, which doubles with each attempt.
    private long pauseNanos(RetryPolicy policy, int attempt) {
        long max = Node.nanos(policy.pauseMax());
        long longest = Math.min(Node.nanos(policy.base()), max);
        for (int i = 1; i < attempt && longest < max; i++) {
            longest = Math.min(2 * longest, max);
        }
        return longest == 0 ? 0 : node.random().nextLong(longest);
    }

    @Override
    public String toString() {
        return "stub of %s %s".formatted(type.binding().name(), id.name().orElse(id.toString()));
    }
}
