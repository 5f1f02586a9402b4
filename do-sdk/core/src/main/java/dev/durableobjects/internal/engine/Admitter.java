package dev.durableobjects.internal.engine;

import dev.durableobjects.Admission;
import dev.durableobjects.AdmissionException;
import dev.durableobjects.AdmissionException.Reason;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.value.Unicode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Keeps a namespace's admission policy: counts its objects, and how fast they come. Safe for use
/// by many threads.
public final class Admitter {

    private static final long NANOS_PER_MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final String namespace;
    private final Admission policy;
    private final Waiting waiting;

    // Guarded by this. The allowance grows with time, up to a minute's worth.
    private int objects;
    private double allowance;
    private long refilledAt;

    /// Makes an admitter.
    ///
    /// @param objects how many objects the namespace has
    public Admitter(String namespace, Admission policy, Waiting waiting, int objects) {
        this.namespace = namespace;
        this.policy = policy;
        this.waiting = waiting;
        this.objects = objects;
        this.allowance = policy.creationsPerMinute();
        this.refilledAt = waiting.nanoTime();
    }

    /// Checks that the namespace admits a name.
    ///
    /// @throws AdmissionException if it does not
    void admit(String name) {
        if (!policy.names().test(name)) {
            throw new AdmissionException(
                    Reason.NAME,
                    "namespace %s does not admit the name '%s'".formatted(namespace, shown(name)),
                    null);
        }
    }

    /// Counts one more object.
    ///
    /// @throws AdmissionException if there may be no more, or not yet
    synchronized void admit() {
        if (objects >= policy.objectsMax()) {
            throw new AdmissionException(
                    Reason.OBJECTS_MAX,
                    "namespace %s may have at most %d objects, and has %d"
                            .formatted(namespace, policy.objectsMax(), objects),
                    null);
        }
        refill();
        if (allowance < 1) {
            double minutes = (1 - allowance) / policy.creationsPerMinute();
            throw new AdmissionException(
                    Reason.CREATIONS_PER_MINUTE,
                    "namespace %s gets at most %d new objects per minute"
                            .formatted(namespace, policy.creationsPerMinute()),
                    Duration.ofNanos((long) Math.ceil(minutes * NANOS_PER_MINUTE)));
        }
        allowance--;
        objects++;
    }

    private void refill() {
        long now = waiting.nanoTime();
        double minutes = (double) (now - refilledAt) / NANOS_PER_MINUTE;
        allowance =
                Math.min(
                        policy.creationsPerMinute(),
                        allowance + minutes * policy.creationsPerMinute());
        refilledAt = now;
    }

    private static String shown(String name) {
        String visible = Unicode.visible(name);
        return visible.length() <= 64 ? visible : visible.substring(0, 64) + "...";
    }
}
