package dev.durableobjects.internal.gate;

/// Waits as another does, or for real. A test extends it to do one thing in another way. Safe for
/// use by many threads.
public class ForwardingWaiting implements Waiting {

    private final Waiting real;

    public ForwardingWaiting() {
        this(Waiting.system());
    }

    public ForwardingWaiting(Waiting real) {
        this.real = real;
    }

    @Override
    public void park(Object blocker) {
        real.park(blocker);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        real.parkNanos(blocker, nanos);
    }

    @Override
    public void giveWay() {
        real.giveWay();
    }

    @Override
    public void unpark(Thread thread) {
        real.unpark(thread);
    }

    @Override
    public Thread start(String name, Runnable body) {
        return real.start(name, body);
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }
}
