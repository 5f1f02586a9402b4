package dev.durableobjects.internal.socket;

import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.socket.SocketCounters.Count;
import dev.durableobjects.websocket.WebSocketMessage;
import org.jspecify.annotations.Nullable;

/// The incoming half of a connection: reads what the peer sends, answers by itself what does not
/// concern the object, and makes events of the rest. Used by one thread at a time.
final class SocketReader implements ReadAhead.Source, FrameReader.Arrivals {

    private final HeldSocket socket;
    private final Transport network;
    private final FrameReader frames;
    private final FrameRate rate;
    private final SocketCounters counters;
    private final IncomingBudget budget;

    /// What it holds of a message that has come in part.
    private long held;

    SocketReader(
            HeldSocket socket,
            Transport network,
            Waiting waiting,
            SocketSettings settings,
            SocketCounters counters,
            IncomingBudget budget) {
        this.socket = socket;
        this.network = network;
        this.rate = new FrameRate(waiting, settings.framesPerSecond());
        this.counters = counters;
        this.budget = budget;
        this.frames = new FrameReader(network, settings.messageBytesMax(), this);
    }

    @Override
    public @Nullable Heard next() {
        try {
            Received received = frames.next();
            if (!frames.isJoining()) {
                giveBack();
            }
            return switch (received) {
                case Received.Message(WebSocketMessage message) -> event(message);
                case Received.Ping(byte[] payload) -> {
                    socket.queue(Frame.pong(payload));
                    yield null;
                }
                case Received.Pong _ -> null;
                case Received.Close close -> end(close);
            };
        } catch (ProtocolException e) {
            giveBack();
            socket.fail(e);
            linger();
            socket.end();
            return Heard.end(listener -> listener.failed(e));
        } catch (Transport.Gone e) {
            giveBack();
            return socket.lose();
        } catch (RuntimeException | Error fault) {
            giveBack();
            socket.breakDown(fault);
            return Heard.end(listener -> listener.failed(fault));
        }
    }

    @Override
    public void frame(int length) {
        socket.hear();
        counters.add(Count.FRAMES_RECEIVED, 1);
        counters.add(Count.BYTES_RECEIVED, length);
        rate.count();
    }

    @Override
    public void part(int length) {
        socket.hear();
        if (!budget.take(length)) {
            throw new ProtocolException(CloseCode.TRY_AGAIN_LATER, "too many messages are coming");
        }
        held += length;
    }

    private void giveBack() {
        if (held > 0) {
            budget.give(held);
            held = 0;
        }
    }

    @Override
    public void close() {
        network.close();
    }

    private @Nullable Heard event(WebSocketMessage message) {
        boolean isForObject = socket.isOpen() && !socket.listener().answers(message);
        return isForObject ? Heard.message(listener -> listener.message(message)) : null;
    }

    /// Echoes a Close frame, unless one was sent, and waits until it is on the wire. A peer that
    /// goes on sending gets time to read it.
    private Heard end(Received.Close close) {
        giveBack();
        socket.answer(close);
        if (network.available() > 0) {
            socket.limitLinger();
            linger();
        }
        socket.end();
        return Heard.end(listener -> listener.closed(close.code(), close.reason(), true));
    }

    /// Reads on without looking, so that the peer can read our Close frame: closing a connection
    /// with unread input makes the network throw away what the peer has not read yet. A deadline
    /// ends it.
    private void linger() {
        try {
            while (true) {
                network.read();
            }
        } catch (Transport.Gone e) {
            socket.end();
        }
    }
}
