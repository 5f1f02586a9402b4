package dev.durableobjects.websocket;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One end of a WebSocket, as an object holds it.
///
/// An end is made by [WebSocketPair#create] and works once the object has accepted it; the other
/// end of the pair then is the client's, and only good for a response. Messages are queued and sent
/// in order by the socket's own writer; `send` never waits for the peer. Messages sent inside an
/// event leave when the event's writes are durable. Safe for use by many threads.
public final class WebSocket {

    private final AtomicReference<@Nullable Accepted> link;
    private volatile @Nullable Attachment attachment;

    WebSocket(AtomicReference<@Nullable Accepted> link) {
        this.link = link;
    }

    /// Queues a text message. If the peer is gone it is dropped. Half of a surrogate pair is sent
    /// as U+FFFD, as browsers do.
    ///
    /// @throws IllegalStateException before the socket was accepted and after [#close]
    public void send(String text) {
        requireNonNull(text, "text must be a String, was null");
        accepted().send(new WebSocketMessage.Text(text));
    }

    /// Queues a binary message; the array must not be changed afterwards. If the peer is gone it is
    /// dropped.
    ///
    /// @throws IllegalStateException before the socket was accepted and after [#close]
    public void send(byte[] bytes) {
        requireNonNull(bytes, "bytes must be an array, was null");
        accepted().send(new WebSocketMessage.Binary(bytes));
    }

    /// Closes the connection as [#close(int, String)], without a code: the peer hears 1005.
    ///
    /// @throws IllegalStateException before the socket was accepted
    public void close() {
        accepted().close();
    }

    /// Closes the connection: sends a Close frame after the queued messages, and ends when the peer
    /// answers or a time-out passes. A second close is ignored, whatever its code.
    ///
    /// @param code 1000 to 4999, except 1004, 1005, 1006 and 1015 (RFC 6455 section 7.4)
    /// @param reason at most 123 bytes in UTF-8
    /// @throws IllegalArgumentException if the code or the reason is not allowed
    /// @throws IllegalStateException before the socket was accepted
    public void close(int code, String reason) {
        requireNonNull(reason, "reason must be a text, was null");
        accepted().close(code, reason);
    }

    /// Returns the state of the connection, as the object sees it: `OPEN` from when the socket was
    /// accepted, for what it sends is queued then, and `CLOSING` from its own close.
    public ReadyState readyState() {
        return connection().map(Connection::readyState).orElse(ReadyState.CONNECTING);
    }

    /// Returns the sub-protocol that the object has chosen in its response, once that is sent.
    public Optional<String> protocol() {
        return connection().flatMap(Connection::protocol);
    }

    /// Attaches a value to the connection, instead of the one before: a copy, which stays while the
    /// connection lives, also after the object has left memory. It is lost with the connection, so
    /// it is the place for what belongs to a client, and not for what must last.
    ///
    /// @param value anything that has a JSON form, or a `byte[]`; `Optional.empty()` removes what
    ///   is there
    /// @throws IllegalArgumentException if the copy takes more than 16 384 bytes, or if the value
    ///   has no JSON form
    /// @throws IllegalStateException if the socket was accepted, and the calling thread is not in
    ///   an event of the object
    public void attach(Object value) {
        requireNonNull(value, "value must be what to attach, or Optional.empty(), was null");
        checkThread();
        attachment = Attachment.of(value);
    }

    /// Returns a fresh copy of what is attached to the connection, if there is something.
    ///
    /// @throws IllegalStateException if it is of another type, or if the socket was accepted and
    ///   the calling thread is not in an event of the object
    public <A> Optional<A> attachment(Class<A> type) {
        requireNonNull(type, "type must be a class, was null");
        checkThread();
        Attachment attached = attachment;
        return attached == null ? Optional.empty() : Optional.of(attached.as(type));
    }

    /// Returns whether the object has accepted this end; the other one is the client's then.
    public boolean isAccepted() {
        Accepted accepted = link.get();
        return accepted != null && accepted.end() == this;
    }

    private Connection accepted() {
        Accepted accepted = link.get();
        if (accepted == null) {
            throw new IllegalStateException(
                    "You must call one of accept() or state.acceptWebSocket() on this WebSocket"
                            + " before sending messages.");
        }
        if (accepted.end() != this) {
            throw new IllegalStateException(
                    "this end of the WebSocketPair is the client's: return it, and use the other"
                            + " end, which the object has accepted");
        }
        return accepted.connection();
    }

    /// What is attached may be used by whoever makes the pair, and once that is accepted by the
    /// object only.
    private void checkThread() {
        connection().ifPresent(Connection::check);
    }

    /// Returns what the engine connected this pair to. For engines; applications have no use for
    /// it.
    public Optional<Connection> connection() {
        Accepted accepted = link.get();
        return accepted == null ? Optional.empty() : Optional.of(accepted.connection());
    }

    /// Connects the pair to an engine's connection, by this end. For engines; applications call
    /// `ctx.acceptWebSocket`.
    ///
    /// @throws IllegalStateException if the pair is connected already
    public void connect(Connection connection) {
        requireNonNull(connection, "connection must be an engine's, was null");
        if (!link.compareAndSet(null, new Accepted(this, connection))) {
            throw new IllegalStateException(
                    "Cannot call `acceptWebSocket()` on this WebSocket because its pair has already"
                            + " been accepted or used in a Response.");
        }
    }

    /// What a pair was accepted as.
    ///
    /// @param end which of the two
    record Accepted(WebSocket end, Connection connection) {}

    /// What stands behind a socket. Implemented by the engine.
    public interface Connection {

        /// Refuses whoever is not in an event of the object.
        ///
        /// @throws IllegalStateException if the calling thread is not
        void check();

        /// Queues a message.
        void send(WebSocketMessage message);

        /// Starts the closing handshake without a code.
        void close();

        /// Starts the closing handshake.
        void close(int code, String reason);

        /// Returns the sub-protocol that was agreed on.
        Optional<String> protocol();

        /// Returns the state of the connection.
        ReadyState readyState();
    }
}
