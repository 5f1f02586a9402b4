package dev.durableobjects.internal.socket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.socket.SocketCounters.Count;
import dev.durableobjects.websocket.SocketQueuePolicy;
import dev.durableobjects.websocket.WebSocketMessage;
import org.junit.jupiter.api.Test;

class FrameQueueTest {

    private static final int MAX = 1_000;
    private static final int OPENING_MAX = 100_000;
    private static final Frame HALF = message(MAX / 2);

    private final SocketCounters counters = new SocketCounters();

    @Test
    void whatOneEventSendsMayWaitAloneAndIsFollowedByNothing() {
        FrameQueue queue = open(SocketQueuePolicy.CLOSE);

        assertThat(offerParts(queue, 10, new Object()), is(true));

        assertThat(queue.offer(message(1), new Object()), is(false));
    }

    @Test
    void whatEventsSendMayWaitTogetherUpToTheBound() {
        FrameQueue queue = open(SocketQueuePolicy.CLOSE);

        assertThat(offerParts(queue, 1, new Object()), is(true));
        assertThat(queue.offer(message(400), new Object()), is(true));
        assertThat(queue.offer(HALF, new Object()), is(false));
    }

    @Test
    void whatIsCoalescedIsOfEventsBefore() {
        FrameQueue queue = open(SocketQueuePolicy.COALESCE);
        offerParts(queue, 10, new Object());
        assertThat(counters.get(Count.COALESCED), is(0L));

        offerParts(queue, 3, new Object());

        assertThat(counters.get(Count.COALESCED), is(10L));
        assertThat(counters.get(Count.BYTES_QUEUED), is(3L * HALF.length()));
    }

    @Test
    void whatWasSentBeforeThePeerCouldReadDoesNotCount() {
        FrameQueue queue = queue(SocketQueuePolicy.CLOSE);
        assertThat(queue.offer(message(40_000), new Object()), is(true));
        assertThat(queue.offer(message(40_000), new Object()), is(true));

        queue.open();

        assertThat(queue.offer(HALF, new Object()), is(true));
        queue.take();
        assertThat("one of an event before waits", queue.offer(HALF, new Object()), is(false));
    }

    @Test
    void whatIsSentBeforeThePeerCanReadIsBounded() {
        FrameQueue closing = queue(SocketQueuePolicy.CLOSE);
        FrameQueue coalescing = queue(SocketQueuePolicy.COALESCE);
        Frame most = message(OPENING_MAX - 10);

        assertThat(closing.offer(most, new Object()), is(true));
        assertThat(closing.offer(HALF, new Object()), is(false));
        assertThat(coalescing.offer(most, new Object()), is(true));
        assertThat(coalescing.offer(HALF, new Object()), is(true));
        assertThat(counters.get(Count.COALESCED), is(1L));
    }

    @Test
    void answersOfTheRuntimeReplaceNothingAndAreNotReplaced() {
        FrameQueue queue = open(SocketQueuePolicy.COALESCE);
        queue.offer(message(MAX), new Object());

        assertThat(queue.offer(Frame.answer("pong"), null), is(true));
        assertThat(counters.get(Count.COALESCED), is(0L));
        queue.offer(HALF, new Object());

        assertThat(counters.get(Count.COALESCED), is(1L));
        assertThat(counters.get(Count.BYTES_QUEUED), is(6L + HALF.length()));
    }

    @Test
    void answersOfTheRuntimeAreBoundedByThemselves() {
        FrameQueue queue = open(SocketQueuePolicy.CLOSE);
        offerParts(queue, 10, new Object());

        assertThat(queue.offer(Frame.answer("x".repeat(MAX - 10)), null), is(true));
        assertThat(queue.offer(Frame.answer("pong"), null), is(true));
        assertThat(queue.offer(Frame.answer("pong"), null), is(false));
    }

    private FrameQueue open(SocketQueuePolicy policy) {
        FrameQueue queue = queue(policy);
        queue.open();
        return queue;
    }

    private FrameQueue queue(SocketQueuePolicy policy) {
        Limits limits =
                Limits.standard()
                        .with(Limit.SOCKET_QUEUE_BYTES, MAX)
                        .with(Limit.SOCKET_COALESCE_BYTES, MAX)
                        .with(Limit.EVENT_OUTPUT_BYTES, OPENING_MAX);
        return new FrameQueue(SocketSettings.of(limits, policy), counters);
    }

    private static boolean offerParts(FrameQueue queue, int count, Object part) {
        boolean offered = true;
        for (int i = 0; i < count && offered; i++) {
            offered = queue.offer(HALF, part);
        }
        return offered;
    }

    private static Frame message(int bytes) {
        return Frame.of(new WebSocketMessage.Binary(new byte[bytes]));
    }
}
