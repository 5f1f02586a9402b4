package dev.durableobjects.websocket;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One end of a WebSocket, as an object holds it.
///
/// An end is made by [WebSocketPair#create] and works once the object has accepted it. Messages are
/// queued and sent in order by the socket's own writer; `send` never waits for the peer. Messages
/// sent inside an event leave when the event's writes are durable. Safe for use by many threads.
public final class WebSocket {

    private final AtomicReference<@Nullable Connection> link;
    private volatile @Nullable Attachment attachment;

    WebSocket(AtomicReference<@Nullable Connection> link) {
        this.link = link;
    }

    /// Queues a text message. If the peer is gone it is dropped.
    ///
    /// @throws IllegalStateException before the socket was accepted and after [#close]
    public void send(String text) {
        accepted().send(new WebSocketMessage.Text(text));
    }

    /// Queues a binary message; the array must not be changed afterwards. If the peer is gone it is
    /// dropped.
    ///
    /// @throws IllegalStateException before the socket was accepted and after [#close]
    public void send(byte[] bytes) {
        accepted().send(new WebSocketMessage.Binary(bytes));
    }

    /// Closes the connection with code 1000. A second close is ignored.
    public void close() {
        close(1000, "");
    }

    /// Closes the connection: sends a Close frame after the queued messages, and ends when the peer
    /// answers or a time-out passes. A second close is ignored.
    ///
    /// @param code 1000 to 4999, except 1004, 1005, 1006 and 1015 (RFC 6455 section 7.4)
    /// @param reason at most 123 bytes in UTF-8
    /// @throws IllegalArgumentException if the code or the reason is not allowed
    public void close(int code, String reason) {
        accepted().close(code, reason);
    }

    /// Returns the state of the connection: `CONNECTING` until its handshake is complete.
    public ReadyState readyState() {
        Connection connection = link.get();
        return connection == null ? ReadyState.CONNECTING : connection.readyState();
    }

    /// Attaches a value to the connection, instead of the one before: a copy, which stays while the
    /// connection lives, also after the object has left memory. It is lost with the connection, so
    /// it is the place for what belongs to a client, and not for what must last.
    ///
    /// @param value anything that has a JSON form, or a `byte[]`; `Optional.empty()` removes what
    ///   is there
    /// @throws IllegalArgumentException if the copy takes more than 16 384 bytes, or if the value
    ///   has no JSON form
    public void attach(Object value) {
        attachment = Attachment.of(value);
    }

    /// Returns a fresh copy of what is attached to the connection, if there is something.
    ///
    /// @throws IllegalStateException if it is of another type
    public <A> Optional<A> attachment(Class<A> type) {
        Attachment attached = attachment;
        return attached == null ? Optional.empty() : Optional.of(attached.as(type));
    }

    private Connection accepted() {
        Connection connection = link.get();
        if (connection == null) {
            throw new IllegalStateException(
                    "You must call one of accept() or state.acceptWebSocket() on this WebSocket"
                            + " before sending messages.");
        }
        return connection;
    }

    /// Returns what the engine connected this pair to. For engines; applications have no use for
    /// it.
    public Optional<Connection> connection() {
        return Optional.ofNullable(link.get());
    }

    /// Connects the pair to an engine's connection. For engines; applications call
    /// `ctx.acceptWebSocket`.
    ///
    /// @throws IllegalStateException if the pair is connected already
    public void connect(Connection connection) {
        if (!link.compareAndSet(null, connection)) {
            throw new IllegalStateException(
                    "Cannot call `acceptWebSocket()` on this WebSocket because its pair has already"
                            + " been accepted or used in a Response.");
        }
    }

    /// What stands behind a socket. Implemented by the engine.
    public interface Connection {

        /// Queues a message.
        void send(WebSocketMessage message);

        /// Starts the closing handshake.
        void close(int code, String reason);

        /// Returns the state of the connection.
        ReadyState readyState();
    }
}
