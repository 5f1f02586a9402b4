package dev.durableobjects.internal.socket;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.internal.gate.Guarded;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.socket.Liveness.Due;
import dev.durableobjects.internal.socket.SocketCounters.Count;
import dev.durableobjects.websocket.ReadyState;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One WebSocket connection that an object has accepted, as a server of RFC 6455.
///
/// It begins without a network under it: what the object sends is queued until the opening
/// handshake is complete and the connection's thread calls [#serve], which reads until the end.
/// Safe for use by many threads.
public final class HeldSocket implements WebSocket.Connection {

    private static final String TOO_SLOW = "the peer reads too slowly";

    private final Waiting waiting;
    private final SocketSettings settings;
    private final SocketCounters counters;
    private final IncomingBudget budget;
    private final Report report;
    private final SocketWriter writer;
    private final ObjectHalf half;

    // Guarded by this.
    private final Liveness liveness;
    private ReadyState state = ReadyState.CONNECTING;
    private @Nullable Transport transport;
    private @Nullable ReadAhead incoming;
    private boolean claimed;
    private @Nullable String protocol;
    private boolean quiet;
    private long deadline;

    private boolean cutOff; // Only the thread that calls #tick.

    /// Makes a connection that waits for its opening handshake.
    ///
    /// @param threads that write for it
    /// @param budget shared by all connections
    /// @param listener told what the peer does
    /// @param outlet gives the event that runs what lets out what it sends; throws an
    ///   IllegalStateException if the calling thread is in none
    /// @param sharing shared by the sockets of one object
    HeldSocket(
            Waiting waiting,
            WriterThreads threads,
            SocketSettings settings,
            SocketCounters counters,
            IncomingBudget budget,
            SocketListener listener,
            Supplier<Outlet> outlet,
            FrameSharing sharing) {
        this.waiting = waiting;
        this.settings = settings;
        this.counters = counters;
        this.budget = budget;
        this.report = new Report(listener);
        this.writer =
                new SocketWriter(
                        waiting, threads, new FrameQueue(settings, counters), this::breakDown);
        this.half = new ObjectHalf(outlet, sharing, this::queue, settings.queueBytesMax());
        this.liveness = new Liveness(settings.pingNanos());
        this.deadline = waiting.nanoTime() + settings.closeNanos();
    }

    @Override
    public void send(WebSocketMessage message) {
        half.send(message);
    }

    /// Sends a text that no output gate holds, behind what the object has sent before. It is
    /// dropped if nothing can be sent any more.
    public void answer(String text) {
        if (!half.answer(text)) {
            failSlowPeer();
        }
    }

    /// Returns who is told what the peer does.
    public SocketListener listener() {
        return report.listener();
    }

    @Override
    public void close() {
        half.close(() -> Frame.close(CloseCode.NO_STATUS, ""), this::closeAfterQueued);
    }

    @Override
    public void close(int code, String reason) {
        half.close(() -> Frame.closeOfApplication(code, reason), this::closeAfterQueued);
    }

    @Override
    public void check() {
        report.listener().check();
    }

    @Override
    public synchronized ReadyState readyState() {
        boolean isOpening = state == ReadyState.CONNECTING || state == ReadyState.OPEN;
        return !isOpening ? state : half.isClosed() ? ReadyState.CLOSING : ReadyState.OPEN;
    }

    @Override
    public synchronized Optional<String> protocol() {
        return Optional.ofNullable(protocol);
    }

    /// Returns whether the object has closed its side.
    public boolean isClosedByObject() {
        return half.isClosed();
    }

    /// Takes the connection for an opening handshake, which is then answered with 101.
    ///
    /// @param chosen the sub-protocol, null if there is none
    /// @return false if another handshake has taken it, or if it was given up
    public synchronized boolean claim(@Nullable String chosen) {
        if (claimed || state != ReadyState.CONNECTING) {
            return false;
        }
        claimed = true;
        protocol = chosen;
        return true;
    }

    /// Returns whether it has ended before any handshake took it.
    public synchronized boolean isGivenUp() {
        return !claimed && state == ReadyState.CLOSED;
    }

    /// Reads from the peer until the connection ends, on the calling thread, and tells the
    /// listener. Returns at once if the connection was given up meanwhile.
    ///
    /// @param network the connection after its opening handshake; the caller closes it afterwards
    public void serve(Transport network) {
        ReadAhead events = open(network);
        if (events == null) {
            return;
        }
        try {
            Heard heard = events.next();
            while (!heard.isLast()) {
                deliver(heard, events);
                heard = events.next();
            }
            report.tell(heard);
        } finally {
            end();
        }
    }

    /// Gives up a connection that will never be opened, and tells the listener.
    public void abandon() {
        if (expire()) {
            report.tell(report.lost());
        }
    }

    /// Drops what the peer sends from now on, because the server goes away. What the object sends
    /// still leaves.
    synchronized void quieten() {
        quiet = true;
    }

    /// Starts the closing handshake with code 1001, because the server goes away.
    public void goAway() {
        closeAfterQueued(Frame.close(CloseCode.GOING_AWAY, "the server is shutting down"));
    }

    /// Ends the connection without a closing handshake; the listener hears nothing more.
    public void abort() {
        report.end();
        cut();
    }

    /// Does what is due at this time: pings, ends what has waited too long, and lets somebody else
    /// read if a handler takes its time. Never blocks.
    ///
    /// @return whether the connection still lives
    boolean tick(long now) {
        switch (state()) {
            case CLOSED -> {
                return false;
            }
            case CONNECTING -> {
                if (isOverdue(now)) {
                    waiting.start("durable-socket-expired", this::abandon);
                }
            }
            case OPEN, CLOSING -> watch(now);
        }
        return true;
    }

    /// Something has come from the peer.
    void hear() {
        liveness.hear();
    }

    /// Returns whether messages of the peer are for the object.
    synchronized boolean isOpen() {
        return state == ReadyState.OPEN && !half.isClosed() && !quiet;
    }

    /// Queues a control frame.
    void queue(Frame frame) {
        queue(frame, null);
    }

    private void queue(Frame frame, @Nullable Object part) {
        if (!writer.offer(frame, part)) {
            failSlowPeer();
        }
    }

    /// Answers a Close frame, unless one was sent, and waits until the answer is on the wire.
    void answer(Received.Close close) {
        closeAfterQueued(Frame.close(close.code(), ""));
        writer.awaitDrained(settings.closeNanos());
    }

    /// Gives a peer that goes on sending some time to read our Close frame.
    synchronized void limitLinger() {
        deadline = waiting.nanoTime() + settings.lingerNanos();
    }

    /// Closes the connection because of what the peer has sent.
    void fail(ProtocolException violation) {
        beginClosing(settings.lingerNanos());
        if (writer.endAfterQueued(Frame.close(violation.closeCode(), violation.reason()))) {
            counters.add(violation.count(), 1);
        }
    }

    /// The connection is gone without a handshake.
    ///
    /// @return what the listener hears
    Heard lose() {
        end();
        return report.lost();
    }

    /// Ends the connection because of a fault of the runtime.
    void breakDown(Throwable fault) {
        Guarded.warn("a WebSocket connection", fault);
        if (state() != ReadyState.CLOSED) {
            counters.add(Count.BROKEN, 1);
            cut();
        }
    }

    /// The connection is over: nothing is sent any more.
    void end() {
        synchronized (this) {
            state = ReadyState.CLOSED;
        }
        writer.stop();
    }

    private synchronized boolean isOverdue(long now) {
        return now - deadline >= 0;
    }

    private synchronized boolean expire() {
        boolean expired = state == ReadyState.CONNECTING;
        if (expired) {
            state = ReadyState.CLOSED;
            writer.stop();
        }
        return expired;
    }

    private void watch(long now) {
        ReadAhead events = incoming();
        events.look(isOpen());
        boolean isHeldBack = events.isHeldBack();
        switch (due(now, isHeldBack)) {
            case PING -> queue(Frame.ping());
            case CUT_OFF -> {
                counters.add(Count.CUT_OFF, 1);
                disconnect();
                cutOff = true; // If no thread closes it, the next look tries again.
            }
            case NOTHING -> {}
        }
    }

    /// @param isHeldBack whether nobody reads what the peer answers
    private synchronized Due due(long now, boolean isHeldBack) {
        if (cutOff) {
            return Due.NOTHING;
        }
        if (isHeldBack) {
            liveness.begin(now);
        }
        return switch (state) {
            case OPEN -> liveness.look(now);
            case CLOSING -> isOverdue(now) ? Due.CUT_OFF : Due.NOTHING;
            case CONNECTING, CLOSED -> Due.NOTHING;
        };
    }

    private void cut() {
        end();
        disconnect();
    }

    /// On a thread of its own, for it may block: nobody waits for the farewell of a connection.
    private void disconnect() {
        Transport network = transport();
        if (network != null) {
            waiting.start("durable-socket-close", network::close);
        }
    }

    /// @return the events of the peer; null if the connection was given up
    private synchronized @Nullable ReadAhead open(Transport network) {
        if (state != ReadyState.CONNECTING) {
            return null;
        }
        transport = network;
        incoming =
                new ReadAhead(
                        waiting,
                        new SocketReader(this, network, waiting, settings, counters, budget));
        liveness.begin(waiting.nanoTime());
        state = ReadyState.OPEN;
        if (writer.hasEnded()) {
            beginClosing(settings.closeNanos()); // It was closed before it was open.
        }
        writer.attach(network);
        return incoming;
    }

    private void deliver(Heard message, ReadAhead events) {
        if (!isOpen()) {
            return;
        }
        events.enter();
        try {
            report.tell(message);
        } catch (RuntimeException | Error fault) {
            breakDown(fault);
        } finally {
            Thread.interrupted(); // Left by a handler; the next read would end the connection.
            events.leave();
        }
    }

    private void failSlowPeer() {
        report.blame(CloseCode.TRY_AGAIN_LATER, TOO_SLOW);
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

    private synchronized void beginClosing(long nanos) {
        if (state == ReadyState.OPEN) {
            state = ReadyState.CLOSING;
            deadline = waiting.nanoTime() + nanos;
        }
    }

    private synchronized ReadyState state() {
        return state;
    }

    private synchronized @Nullable Transport transport() {
        return transport;
    }

    private synchronized ReadAhead incoming() {
        return requireNonNull(incoming); // There are some when the connection is open.
    }
}
