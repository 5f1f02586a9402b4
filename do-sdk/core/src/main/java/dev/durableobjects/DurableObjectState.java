package dev.durableobjects;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketListener;
import dev.durableobjects.websocket.WebSocketRequestResponsePair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an object knows about itself, known as `ctx`: its id, its storage and its sockets.
///
/// Only the object's thread may use it, unless a method says otherwise.
public interface DurableObjectState {

    /// Returns the id of the object, with its name if the caller that woke it knew the name and the
    /// name has at most 1024 bytes in UTF-8. Any thread may ask.
    DurableObjectId id();

    /// Returns the object's storage.
    DurableObjectStorage storage();

    /// Returns the object's schedules: any number of named times to run at, once or again and
    /// again.
    Schedules schedules();

    /// Runs the body while no other event enters the object, even while the body itself calls other
    /// objects or awaits something. Calls nest, at most 64 deep. What the body throws resets the
    /// object and passes on; so does taking longer than `Limit.BLOCK_CONCURRENCY_SECONDS`.
    ///
    /// Storage needs no such protection, and an object in a critical section serves nobody, so it
    /// is rarely right outside of a constructor, which is a critical section already.
    ///
    /// @throws IllegalStateException if calls are nested too deeply
    <R extends @Nullable Object, X extends Exception> R blockConcurrencyWhile(Callback<R, X> body)
            throws X;

    /// Runs [#blockConcurrencyWhile(Callback)] without a result.
    default <X extends Exception> void blockConcurrencyWhile(Action<X> body) throws X {
        requireNonNull(body, "body must be an action, was null");
        this.<@Nullable Void, X>blockConcurrencyWhile(() -> {
            body.run();
            return null;
        });
    }

    /// Lets other events in while the body runs: a release point, for I/O that takes long.
    /// Everything written before, except unconfirmed writes, is durable before the body runs, and
    /// open cursors end. The body must not use the object's storage or sockets; afterwards, fields
    /// and storage may have changed.
    ///
    /// @throws IllegalStateException inside of `transactionSync`
    /// @throws DurableObjectException if the object was reset meanwhile
    <R extends @Nullable Object, X extends Exception> R await(Callback<R, X> body) throws X;

    /// Runs [#await(Callback)] without a result.
    default <X extends Exception> void await(Action<X> body) throws X {
        requireNonNull(body, "body must be an action, was null");
        this.<@Nullable Void, X>await(() -> {
            body.run();
            return null;
        });
    }

    /// Lets other events in for a while: a release point, as [#await(Callback)]. An interrupt ends
    /// neither this nor a call to another object that has begun; it stays set for what comes next.
    ///
    /// @param duration a negative one counts as zero, one beyond 100 years as 100 years
    void sleep(Duration duration);

    /// Runs the body once, after the delay, as an event of its own. A timer lives in memory only:
    /// it ends with the instance. It keeps an idle object in memory for up to 15 minutes.
    ///
    /// @param delay a negative one counts as zero, one beyond 100 years as 100 years
    /// @throws IllegalStateException if the object has `Limit.TIMERS_PER_OBJECT` timers
    Timer setTimeout(Duration delay, Action<?> body);

    /// Runs the body again and again, as [#setTimeout] does; the next period begins when it ends.
    ///
    /// @param period one beyond 100 years counts as 100 years
    /// @throws IllegalArgumentException if the period is not positive
    /// @throws IllegalStateException if the object has `Limit.TIMERS_PER_OBJECT` timers
    Timer setInterval(Duration period, Action<?> body);

    /// Starts a task on a thread of its own, which the event does not wait for. It runs outside of
    /// the object: to touch the object's state, it calls it through a stub. It keeps an idle object
    /// in memory for up to 15 minutes; what it throws is logged.
    void waitUntil(Action<?> task);

    /// Keeps the object in memory while it is idle, until the lease is closed or the time is over.
    ///
    /// @param max a negative one counts as zero, one beyond 100 years as 100 years
    KeepAlive keepAlive(Duration max);

    /// Resets the object at once. What the event has not yet committed is lost, whoever waits for
    /// the object gets an error with this reason, its sockets end, and the next call starts it
    /// anew. Never returns.
    void abort(String reason);

    /// Resets the object at once, as [#abort(String)], with the reason that Cloudflare gives when
    /// there is none.
    default void abort() {
        abort("Application called abort() to reset Durable Object.");
    }

    /// Resets the object at once, as [#abort(String)].
    ///
    /// @param options what becomes of an alarm whose handler runs
    void abort(String reason, AbortOptions options);

    /// Accepts the server half of a pair: from now on the object's `webSocket...` handlers receive
    /// what the client sends. The socket does not keep the object in memory; the next message wakes
    /// it.
    ///
    /// @throws IllegalStateException if the socket was accepted before, or if the object holds as
    ///   many sockets as `Limit.SOCKETS_PER_OBJECT` allows
    default void acceptWebSocket(WebSocket socket) {
        acceptWebSocket(socket, List.of());
    }

    /// Accepts the server half of a pair, as [#acceptWebSocket(WebSocket)], with tags by which
    /// [#webSockets(String)] finds it for as long as it lives.
    ///
    /// @param tags at most 10 of at most 256 characters; duplicates count once, and half of a
    ///   surrogate pair becomes U+FFFD
    /// @throws IllegalArgumentException if there are too many tags, or one is too long
    /// @throws IllegalStateException if the socket was accepted before, or if the object holds as
    ///   many sockets as `Limit.SOCKETS_PER_OBJECT` allows
    void acceptWebSocket(WebSocket socket, List<String> tags);

    /// Accepts the server half of a pair by the standard API: a listener receives what the client
    /// sends, and the socket keeps the object in memory until it closes. It has no tags, and
    /// [#webSockets] does not return it.
    ///
    /// @throws IllegalStateException if the socket was accepted before, or if the object holds as
    ///   many sockets as `Limit.SOCKETS_PER_OBJECT` allows
    void accept(WebSocket socket, WebSocketListener listener);

    /// Returns the sockets that [#acceptWebSocket] has accepted and whose close handler has not run
    /// yet, newest first, without those that the object has closed itself.
    List<WebSocket> webSockets();

    /// Returns those of [#webSockets] that have a tag, oldest first.
    List<WebSocket> webSockets(String tag);

    /// Returns the tags of a socket, without duplicates.
    ///
    /// @throws IllegalStateException if it was not accepted by [#acceptWebSocket]
    List<String> tags(WebSocket socket);

    /// Lets the runtime answer a text message by itself, without waking the object: on all sockets
    /// of [#webSockets], now and later. Set it in the constructor: it is forgotten when the object
    /// is reset, or leaves memory without such a socket. It counts at once, also before what the
    /// event writes is durable.
    void setWebSocketAutoResponse(WebSocketRequestResponsePair pair);

    /// Ends what [#setWebSocketAutoResponse(WebSocketRequestResponsePair)] began.
    void setWebSocketAutoResponse();

    /// Returns what the runtime answers by itself.
    Optional<WebSocketRequestResponsePair> webSocketAutoResponse();

    /// Returns when the runtime last answered a message of a socket by itself, empty if it never
    /// has.
    Optional<Instant> webSocketAutoResponseTimestamp(WebSocket socket);

    /// Limits the time of each event of a socket of [#webSockets]: one that takes longer resets the
    /// object. It lasts as long as an auto-response; zero ends it.
    ///
    /// @param max at most 7 days
    /// @throws IllegalArgumentException if it is longer, or negative
    void setHibernatableWebSocketEventTimeout(Duration max);

    /// Returns the limit for events of sockets, if one was set.
    Optional<Duration> hibernatableWebSocketEventTimeout();
}
