package dev.durableobjects.simulation;

import dev.durableobjects.simulation.Agenda.Setting;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What anybody outside of the cells has learned of them, and the model that it must fit.
///
/// The model of a cell is a list of turns that only grows, until a restore begins another list: its
/// first entry says which it is, see [Past]. Whoever learns something learns a beginning of such a
/// list: the result of a call, what an exception carries, a frame, or that another cell was called.
/// All that was ever learned must fit together, over crashes too, and what is learned later must
/// not be less. Used by one thread at a time.
final class History {

    private static final int RUNS_MAX = 7;
    private static final char ERA = '@';

    private final Map<String, List<String>> known = new HashMap<>();
    private final Set<String> lost = new HashSet<>();
    private final Map<String, Instance> newest = new HashMap<>();
    private final Map<String, Ask> asks = new HashMap<>();
    private final Map<String, Cause> causes = new HashMap<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<String, Integer> met = new TreeMap<>();
    private final Past past = new Past(this);
    private int numbers;
    private boolean frozen;
    private @Nullable AssertionError violation;

    /// One life of a cell in memory.
    static final class Instance {

        private final int number;
        private int lastAsk;

        private Instance(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    /// How much of a cell is known.
    record Known(int era, int turns) {}

    private record Ask(int number, @Nullable Instance instance) {}

    private record Cause(String cell, List<String> log) {}

    /// Returns what a log of an era begins with.
    static String era(int number) {
        return ERA + String.valueOf(number);
    }

    /// Returns the number of the era that a log is of.
    static int era(List<String> log) {
        return Integer.parseInt(log.getFirst().substring(1));
    }

    /// Returns what the cells were.
    Past past() {
        return past;
    }

    /// A cell has a new instance.
    Instance constructed(String cell) {
        Instance made = new Instance(++numbers);
        newest.put(cell, made);
        return made;
    }

    /// Returns whether no other instance of a cell was made since.
    boolean isNewest(String cell, Instance instance) {
        return newest.get(cell) == instance;
    }

    /// A call from outside is made now.
    void asks(String op, String cell) {
        asks.put(op, new Ask(++numbers, newest.get(cell)));
    }

    /// An event of a cell will call another one. When it begins there, what the cell has written is
    /// known outside.
    void causes(String op, String cell, List<String> log) {
        causes.put(op, new Cause(cell, log));
    }

    /// An event begins. Calls that found the instance alive begin in the order in which they were
    /// made.
    void begins(Instance instance, String op) {
        Cause cause = causes.remove(op);
        if (cause != null) {
            seen(cause.cell, cause.log);
        }
        Ask ask = asks.remove(op);
        if (ask != null && ask.instance == instance) {
            check(ask.number > instance.lastAsk, () -> op + " was overtaken");
            instance.lastAsk = ask.number;
        }
    }

    /// These turns were undone before anybody could learn of them.
    void lost(Collection<String> turns) {
        lost.addAll(turns);
    }

    /// Returns how much of a cell is known.
    Known known(String cell) {
        return new Known(past.era(cell), latest(cell).size());
    }

    /// Returns what is known of the newest era of a cell.
    List<String> latest(String cell) {
        return latest(cell, past.era(cell));
    }

    /// Returns what is known of an era of a cell.
    List<String> latest(String cell, int era) {
        return known.getOrDefault(cell + era(era), List.of());
    }

    /// Somebody has learned that a cell's log begins so.
    void seen(String cell, List<String> log) {
        if (frozen) {
            return;
        }
        int era = era(log);
        List<String> before = latest(cell, era);
        int common = Math.min(before.size(), log.size());
        check(
                before.subList(0, common).equals(log.subList(0, common)),
                () -> "%s was known to begin with %s, now %s".formatted(cell, before, log));
        for (String turn : log.subList(common, log.size())) {
            check(!lost.contains(turn), () -> "%s was undone and is seen".formatted(turn));
        }
        if (log.size() > before.size()) {
            known.put(cell + era(era), List.copyOf(log));
        }
    }

    /// A call has returned the log, of which so much was known when it was made.
    void answered(String cell, Known before, List<String> log) {
        seen(cell, log);
        check(
                frozen
                        || era(log) > before.era
                        || (era(log) == before.era && log.size() >= before.turns),
                () -> "%s had %s turns, now only %s".formatted(cell, before, log));
    }

    /// Returns what a cell has to do, as far as it is known.
    Agenda agenda(String cell) {
        return Agenda.of(latest(cell));
    }

    /// A run begins, for what is due in a cell.
    void runs(String cell, Setting setting) {
        failures.merge(cell + setting.name() + setting.due(), 1, Integer::sum);
    }

    /// A constructor has failed, perhaps that of a run.
    void unborn(String cell) {
        failures.merge(cell, 1, Integer::sum);
    }

    /// Returns whether so many runs may have failed that there will be no more.
    boolean mayBeGivenUp(String cell, Setting setting) {
        return failures.getOrDefault(cell, 0)
                        + failures.getOrDefault(cell + setting.name() + setting.due(), 0)
                >= RUNS_MAX;
    }

    /// The world has crashed: nobody learns anything any more. Or it goes on.
    void freeze(boolean isFrozen) {
        frozen = isFrozen;
        if (!isFrozen) {
            newest.clear();
            asks.clear();
            causes.clear();
        }
    }

    boolean isFrozen() {
        return frozen;
    }

    /// Remembers that a run has met a situation.
    void met(String situation) {
        met.merge(situation, 1, Integer::sum);
    }

    /// Returns how often the run has met each situation.
    Map<String, Integer> met() {
        return met;
    }

    /// Notes the first rule that is broken, since the engine may swallow what is thrown.
    void check(boolean holds, Supplier<String> otherwise) {
        if (!holds && !frozen) {
            violation =
                    Objects.requireNonNullElseGet(
                            violation, () -> new AssertionError(otherwise.get()));
            throw violation; // What comes later is a consequence.
        }
    }

    /// Throws if a rule was broken.
    void verify() {
        if (violation != null) {
            throw violation;
        }
    }
}
