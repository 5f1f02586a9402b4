package dev.durableobjects.internal.socket;

import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.websocket.ReadyState;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One WebSocket connection that an object has accepted, as a server of RFC 6455.
///
/// It begins without a network under it: what the object sends is queued until the opening
/// handshake is complete and the connection's thread calls [#serve], which reads until the end.
/// Safe for use by many threads.
public final class HeldSocket implements WebSocket.Connection {

    private static final int REASON_BYTES_MAX = Frame.CONTROL_BYTES_MAX - Short.BYTES;
    private static final String LOST = "WebSocket disconnected without sending Close frame.";
    private static final int UNANSWERED_MAX = 2;

    private final Waiting waiting;
    private final SocketSettings settings;
    private final SocketListener listener;
    private final Outlet outlet;
    private final FrameSharing sharing;
    private final SocketWriter writer;
    private final FrameOrder order;

    // Guarded by this.
    private ReadyState state = ReadyState.CONNECTING;
    private @Nullable Transport transport;
    private boolean claimed;
    private boolean closedByObject;
    private boolean silent;
    private long deadline;
    private long pinged;
    private int unanswered;
    private int lostCode = CloseCode.ABNORMAL;
    private String lostReason = LOST;

    /// Makes a connection that waits for its opening handshake.
    ///
    /// @param listener told what the peer does
    /// @param outlet lets out what the object sends
    /// @param sharing shared by the sockets of one object
    public HeldSocket(
            Waiting waiting,
            Limits limits,
            SocketListener listener,
            Outlet outlet,
            FrameSharing sharing) {
        this.waiting = waiting;
        this.settings = SocketSettings.of(limits);
        this.listener = listener;
        this.outlet = outlet;
        this.sharing = sharing;
        this.writer = new SocketWriter(waiting, settings.queueBytesMax());
        this.order = new FrameOrder(this::queue, settings.queueBytesMax());
        this.deadline = waiting.nanoTime() + settings.closeNanos();
    }

    @Override
    public void send(WebSocketMessage message) {
        synchronized (this) {
            if (closedByObject) {
                throw new IllegalStateException("Can't call WebSocket send() after close().");
            }
        }
        Frame frame = sharing.frame(message);
        outlet.release(() -> order.leave(frame));
        order.send(); // It leaves at the end of the event of this thread, not earlier.
    }

    /// Sends a text that no output gate holds, behind what the object has sent before. It is
    /// dropped if nothing can be sent any more.
    public void answer(String text) {
        if (!order.answer(Frame.of(new WebSocketMessage.Text(text)))) {
            failSlowPeer();
        }
    }

    /// Returns who is told what the peer does.
    public SocketListener listener() {
        return listener;
    }

    @Override
    public void close(int code, String reason) {
        if (!CloseCode.isAllowedForApplications(code)) {
            throw new IllegalArgumentException("Invalid WebSocket close code: %d.".formatted(code));
        }
        int length = reason.getBytes(StandardCharsets.UTF_8).length;
        if (length > REASON_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a close reason must have at most %d bytes in UTF-8, had %d"
                            .formatted(REASON_BYTES_MAX, length));
        }
        outlet.release(() -> closeAfterQueued(Frame.close(code, reason)));
        synchronized (this) {
            closedByObject = true;
        }
    }

    @Override
    public synchronized ReadyState readyState() {
        return closedByObject && state == ReadyState.OPEN ? ReadyState.CLOSING : state;
    }

    /// Takes the connection for an opening handshake, which is then answered with 101.
    ///
    /// @return false if another handshake has taken it, or if it was given up
    public synchronized boolean claim() {
        if (claimed || state != ReadyState.CONNECTING) {
            return false;
        }
        claimed = true;
        return true;
    }

    /// Reads from the peer until the connection ends, on the calling thread, and tells the
    /// listener. Returns at once if the connection was given up meanwhile.
    ///
    /// @param network the connection after its opening handshake; the caller closes it afterwards
    public void serve(Transport network) {
        if (!open(network)) {
            return;
        }
        try {
            FrameReader frames = new FrameReader(network, settings.messageBytesMax());
            Received.Close close = readMessages(frames);
            answer(close);
            end();
            tell(() -> listener.closed(close.code(), close.reason(), true));
        } catch (ProtocolException e) {
            fail(Frame.close(e.closeCode(), e.reason()), settings.lingerNanos());
            linger(network);
            end();
            tell(() -> listener.failed(e));
        } catch (Transport.Gone e) {
            end();
            tell(() -> listener.closed(lostCode, lostReason, false));
        } finally {
            end();
        }
    }

    /// Gives up a connection that will never be opened, and tells the listener.
    public void abandon() {
        if (expire(Long.MAX_VALUE)) {
            tell(() -> listener.closed(CloseCode.ABNORMAL, LOST, false));
        }
    }

    /// Starts the closing handshake with code 1001, because the server goes away.
    public void goAway() {
        closeAfterQueued(Frame.close(CloseCode.GOING_AWAY, "the server is shutting down"));
    }

    /// Ends the connection without a closing handshake; the listener hears nothing more.
    public void abort() {
        Transport network;
        synchronized (this) {
            silent = true;
            state = ReadyState.CLOSED;
            network = transport;
        }
        writer.stop();
        if (network != null) {
            network.close();
        }
    }

    /// Does what is due at this time: pings, and ends what has waited too long. Never blocks.
    ///
    /// @return whether the connection still lives
    boolean tick(long now) {
        switch (readyState()) {
            case CLOSED -> {
                return false;
            }
            case CONNECTING -> {
                if (expire(now)) {
                    waiting.start(
                            "durable-socket-expired",
                            () -> tell(() -> listener.closed(CloseCode.ABNORMAL, LOST, false)));
                    return false;
                }
            }
            case OPEN, CLOSING -> {
                Transport overdue = overdue(now);
                if (overdue != null) {
                    overdue.close();
                } else if (isPingDue(now)) {
                    queue(Frame.ping());
                }
            }
        }
        return true;
    }

    private synchronized boolean expire(long now) {
        boolean expired =
                state == ReadyState.CONNECTING && (now == Long.MAX_VALUE || now - deadline >= 0);
        if (expired) {
            state = ReadyState.CLOSED;
            writer.stop();
        }
        return expired;
    }

    private synchronized @Nullable Transport overdue(long now) {
        boolean unheard = state == ReadyState.OPEN && unanswered >= UNANSWERED_MAX;
        boolean pingDue = now - pinged >= settings.pingNanos();
        boolean late = state == ReadyState.CLOSING && now - deadline >= 0;
        return late || (unheard && pingDue) ? transport : null;
    }

    private synchronized boolean isPingDue(long now) {
        boolean due = state == ReadyState.OPEN && now - pinged >= settings.pingNanos();
        if (due) {
            pinged = now;
            unanswered++;
        }
        return due;
    }

    private synchronized boolean open(Transport network) {
        if (state != ReadyState.CONNECTING) {
            return false;
        }
        transport = network;
        pinged = waiting.nanoTime();
        state = ReadyState.OPEN;
        if (writer.hasEnded()) {
            beginClosing(settings.closeNanos()); // It was closed before it was open.
        }
        writer.attach(network);
        return true;
    }

    private Received.Close readMessages(FrameReader frames) {
        while (true) {
            Received received = frames.next();
            synchronized (this) {
                unanswered = 0;
            }
            switch (received) {
                case Received.Message(WebSocketMessage message) -> {
                    if (readyState() == ReadyState.OPEN) {
                        tell(() -> listener.message(message));
                    }
                }
                case Received.Ping(byte[] payload) -> queue(Frame.pong(payload));
                case Received.Pong _ -> {}
                case Received.Close close -> {
                    return close;
                }
            }
        }
    }

    /// Echoes a Close frame, unless one was sent, and waits until it is on the wire.
    private void answer(Received.Close close) {
        closeAfterQueued(Frame.close(close.code(), ""));
        writer.awaitDrained(settings.closeNanos());
    }

    /// Reads on without looking, so that the peer can read our Close frame: closing a connection
    /// with unread input makes the network throw away what the peer has not read yet. A deadline
    /// ends it.
    private void linger(Transport network) {
        try {
            while (true) {
                network.read();
            }
        } catch (Transport.Gone e) {
            writer.stop();
        }
    }

    private void queue(Frame frame) {
        if (!writer.offer(frame)) {
            failSlowPeer();
        }
    }

    private void failSlowPeer() {
        synchronized (this) {
            lostCode = CloseCode.TRY_AGAIN_LATER;
            lostReason = "the peer reads too slowly";
        }
        fail(
                Frame.close(CloseCode.TRY_AGAIN_LATER, "the peer reads too slowly"),
                settings.closeNanos());
    }

    private void closeAfterQueued(Frame close) {
        beginClosing(settings.closeNanos());
        writer.endAfterQueued(close);
    }

    private void fail(Frame close, long nanos) {
        beginClosing(nanos);
        writer.endInsteadOfQueued(close);
    }

    private synchronized void beginClosing(long nanos) {
        if (state == ReadyState.OPEN) {
            state = ReadyState.CLOSING;
            deadline = waiting.nanoTime() + nanos;
        }
    }

    private void end() {
        synchronized (this) {
            state = ReadyState.CLOSED;
        }
        writer.stop();
    }

    private void tell(Runnable event) {
        synchronized (this) {
            if (silent) {
                return;
            }
        }
        event.run();
    }
}
