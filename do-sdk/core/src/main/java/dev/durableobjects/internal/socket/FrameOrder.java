package dev.durableobjects.internal.socket;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Keeps the frames of a socket in order while its object's output gate holds some of them: an
/// answer of the runtime, which the gate does not hold, stays behind what the object sent before.
///
/// It queues frames under its monitor. Safe for use by many threads.
final class FrameOrder {

    private final BiConsumer<Frame, @Nullable Object> queue;
    private final int bytesMax;

    // Guarded by this. Frames of the object are counted when they are sent and when they leave.
    private long sent;
    private long left;
    private @Nullable Deque<Answer> answers;
    private int answerBytes;

    /// @param queue takes a frame that may leave, and the part of an event that has sent it; null
    ///   for an answer
    /// @param bytesMax of answers that wait
    FrameOrder(BiConsumer<Frame, @Nullable Object> queue, int bytesMax) {
        this.queue = queue;
        this.bytesMax = bytesMax;
    }

    /// The object has sent a frame, which [#leave] will get.
    synchronized void send() {
        sent++;
    }

    /// The gate lets a frame go.
    synchronized void leave(Frame frame, Object part) {
        queue.accept(frame, part);
        left++;
        if (answers != null) {
            for (Answer head = answers.peek(); head != null && head.after <= left; ) {
                answers.remove();
                answerBytes -= head.frame.length();
                queue.accept(head.frame, null);
                head = answers.peek();
            }
        }
    }

    /// Queues an answer behind what the object has sent.
    ///
    /// @return false if too many wait; the answer is dropped then
    synchronized boolean answer(Frame frame) {
        if (left == sent) {
            queue.accept(frame, null);
            return true;
        }
        if (answerBytes + frame.length() > bytesMax) {
            return false;
        }
        if (answers == null) {
            answers = new ArrayDeque<>();
        }
        answers.add(new Answer(sent, frame));
        answerBytes += frame.length();
        return true;
    }

    /// @param after how many frames of the object leave first
    private record Answer(long after, Frame frame) {}
}
