package dev.durableobjects.internal.socket;

import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.socket.SocketCounters.Count;
import dev.durableobjects.internal.value.Unicode;
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
    private static final String TOO_SLOW = "the peer reads too slowly";
    private static final int UNANSWERED_MAX = 2;

    /// What a message that is held costs beside its frame.
    private static final int MESSAGE_BYTES = 64;

    private final Waiting waiting;
    private final SocketSettings settings;
    private final SocketCounters counters;
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
    private boolean cutOff;
    private long deadline;
    private long pinged;
    private int unanswered;
    private int lostCode = CloseCode.ABNORMAL;
    private String lostReason = LOST;

    /// Makes a connection that waits for its opening handshake.
    ///
    /// @param threads that write for it
    /// @param listener told what the peer does
    /// @param outlet lets out what the object sends
    /// @param sharing shared by the sockets of one object
    HeldSocket(
            Waiting waiting,
            WriterThreads threads,
            SocketSettings settings,
            SocketCounters counters,
            SocketListener listener,
            Outlet outlet,
            FrameSharing sharing) {
        this.waiting = waiting;
        this.settings = settings;
        this.counters = counters;
        this.listener = listener;
        this.outlet = outlet;
        this.sharing = sharing;
        this.writer = new SocketWriter(waiting, threads, new FrameQueue(settings, counters));
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
        boolean shared = sharing.has(message);
        Frame frame = sharing.frame(message);
        int held = MESSAGE_BYTES + (shared ? 0 : frame.length());
        outlet.release(held, () -> order.leave(frame));
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
        String sent = Unicode.scalars(reason);
        int length = sent.getBytes(StandardCharsets.UTF_8).length;
        if (length > REASON_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a close reason must have at most %d bytes in UTF-8, had %d"
                            .formatted(REASON_BYTES_MAX, length));
        }
        synchronized (this) {
            if (closedByObject) {
                return;
            }
        }
        outlet.release(0, () -> closeAfterQueued(Frame.close(code, sent)));
        synchronized (this) {
            closedByObject = true;
        }
    }

    @Override
    public void check() {
        listener.check();
    }

    @Override
    public synchronized ReadyState readyState() {
        return closedByObject && state == ReadyState.OPEN ? ReadyState.CLOSING : state;
    }

    /// Returns whether the object has closed its side.
    public synchronized boolean isClosedByObject() {
        return closedByObject;
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
            Received.Close close = readMessages(reader(network));
            answer(close, network);
            end();
            tell(() -> listener.closed(close.code(), close.reason(), true));
        } catch (ProtocolException e) {
            fail(e);
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
            close(network);
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
                    counters.add(Count.CUT_OFF, 1);
                    close(overdue);
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
        if (cutOff || !(late || (unheard && pingDue))) {
            return null;
        }
        cutOff = true;
        return transport;
    }

    /// On a thread of its own, for it may block: nobody waits for the farewell of a connection.
    private void close(Transport network) {
        waiting.start("durable-socket-close", network::close);
    }

    private synchronized boolean isPingDue(long now) {
        boolean due = state == ReadyState.OPEN && !cutOff && now - pinged >= settings.pingNanos();
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

    private FrameReader reader(Transport network) {
        FrameRate rate = new FrameRate(waiting, settings.framesPerSecond());
        return new FrameReader(
                network,
                settings.messageBytesMax(),
                length -> {
                    counters.add(Count.FRAMES_RECEIVED, 1);
                    counters.add(Count.BYTES_RECEIVED, length);
                    rate.count();
                });
    }

    /// Echoes a Close frame, unless one was sent, and waits until it is on the wire. A peer that
    /// goes on sending gets time to read it.
    private void answer(Received.Close close, Transport network) {
        closeAfterQueued(Frame.close(close.code(), ""));
        writer.awaitDrained(settings.closeNanos());
        if (network.hasUnread()) {
            synchronized (this) {
                deadline = waiting.nanoTime() + settings.lingerNanos();
            }
            linger(network);
        }
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
            lostReason = TOO_SLOW;
        }
        beginClosing(settings.closeNanos());
        Frame close = Frame.close(CloseCode.TRY_AGAIN_LATER, TOO_SLOW);
        if (writer.endInsteadOfQueued(close)) {
            counters.add(Count.TOO_SLOW, 1);
        }
    }

    private void closeAfterQueued(Frame close) {
        beginClosing(settings.closeNanos());
        writer.endAfterQueued(close);
    }

    private void fail(ProtocolException violation) {
        beginClosing(settings.lingerNanos());
        if (writer.endAfterQueued(Frame.close(violation.closeCode(), violation.reason()))) {
            counters.add(violation.count(), 1);
        }
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
