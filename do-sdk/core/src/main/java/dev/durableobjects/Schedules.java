package dev.durableobjects;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The schedules of an object: named times at which [DurableObject#scheduled] runs, each as an
/// event of its own, in the order in which they are due.
///
/// They are stored in the object's database, within the event's transaction, and keep what alarms
/// keep: never early, at least once, and not again once a run was successful and durable. A run
/// that throws is repeated up to 6 times, after 2, 4, 8, 16, 32 and 64 seconds and up to a quarter
/// more. While its handler runs, a schedule that is due once is not pending any more. Only the
/// object's thread may use it.
public interface Schedules {

    /// Sets a schedule, in place of one of the same name. A time in the past is now; a part of a
    /// millisecond is rounded up; one too far away for milliseconds in a `long`, such as
    /// `Instant.MAX`, never comes.
    ///
    /// @param name at most `Limit.SCHEDULE_NAME_BYTES` in UTF-8, not empty
    /// @throws IllegalArgumentException if the name is empty or too long, or the time is not after
    ///   1970
    /// @throws IllegalStateException if the class has no `scheduled` handler, or the object has
    ///   `Limit.SCHEDULES_PER_OBJECT`
    void at(String name, Instant due);

    /// Sets a schedule like [#at], from now.
    ///
    /// @param delay a negative one counts as zero
    void after(String name, Duration delay);

    /// Sets a schedule like [#at], which is due one period from now and then again and again.
    ///
    /// One of the same name and the same period stays as it is, with its next time, so that a
    /// constructor may call this each time. To begin anew from now, cancel it first.
    ///
    /// One run makes up for all that were missed; the next is at the first multiple of the period,
    /// counted from its first time, that is not over yet. When all runs for one time have failed,
    /// it goes on with the next time.
    ///
    /// @param period a part of a millisecond is rounded up, so that 1 is the least; 100 years if it
    ///   is longer
    /// @throws IllegalArgumentException if the period is not positive
    void every(String name, Duration period);

    /// Returns a pending schedule.
    Optional<Schedule> get(String name);

    /// Returns the pending schedules in the order in which they are due.
    List<Schedule> list();

    /// Removes a schedule; if there is none, nothing happens. A run that is under way goes on, and
    /// is not repeated.
    void cancel(String name);
}
