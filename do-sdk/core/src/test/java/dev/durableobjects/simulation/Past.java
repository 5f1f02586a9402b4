package dev.durableobjects.simulation;

import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.simulation.Agenda.Setting;
import dev.durableobjects.simulation.History.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// What the cells were: the model of their bookmarks and restores.
///
/// A restore ends an era of a cell and begins the next, whose first turns are those of the moment.
/// What is due comes with the time that goes on, and not with the moment. Used by one thread at a
/// time.
final class Past {

    /// For so long every moment is kept as it was.
    private static final long EXACT_MILLIS = Duration.ofHours(1).toMillis();

    /// How much later a step may end than a moment in it: a minute, and a slow disk.
    private static final long STEP_MILLIS = Duration.ofMinutes(2).toMillis();

    private final History history;
    private final Map<String, List<Era>> eras = new HashMap<>();
    private final Map<String, List<Mark>> marks = new HashMap<>();
    private final Map<String, List<Restore>> asked = new HashMap<>();
    private final Map<String, Long> written = new HashMap<>();

    Past(History history) {
        this.history = history;
    }

    /// What is between two restores of a cell.
    static final class Era {

        private final int number;
        private final List<String> base;
        private final List<String> plans;

        /// When it may have begun: its restore was asked for then.
        private final long begun;

        /// Whether it cannot be the one before that goes on.
        private final boolean isCertain;

        /// What the cell has seen of itself last; not all of it needs to be durable.
        private List<String> performed;

        private Era(
                int number, List<String> base, List<String> plans, long begun, boolean isCertain) {
            this.number = number;
            this.base = base;
            this.plans = plans;
            this.begun = begun;
            this.isCertain = isCertain;
            this.performed = base;
        }

        /// Returns what a log says to those who do not know of eras: which one it is, what was
        /// before without what that was to do, what is to be done, and what came since.
        List<String> view(List<String> turns) {
            int end = Math.min(base.size(), turns.size());
            List<String> view = new ArrayList<>();
            view.add(History.era(number));
            turns.subList(0, end).forEach(turn -> view.add(Agenda.silent(turn)));
            view.addAll(plans);
            view.addAll(turns.subList(end, turns.size()));
            return view;
        }
    }

    /// A moment that has a bookmark.
    ///
    /// @param turns what the log held
    /// @param isEnd whether it is the end of the era
    record Mark(
            String cell,
            Bookmark bookmark,
            int era,
            List<String> turns,
            long millis,
            boolean isEnd) {}

    /// A restore that was asked for.
    static final class Restore {

        private final Mark mark;
        private final List<String> least;
        private final boolean isByTime;
        private final long millis;
        private boolean isPromised;

        private Restore(Mark mark, List<String> least, boolean isByTime, long millis) {
            this.mark = mark;
            this.least = least;
            this.isByTime = isByTime;
            this.millis = millis;
        }

        /// Returns whether the moment is so old that it may have become the end of a step.
        private boolean isCoarse() {
            return millis - mark.millis >= EXACT_MILLIS;
        }
    }

    /// Returns the number of a cell's newest era.
    int era(String cell) {
        return current(cell).number;
    }

    private Era current(String cell) {
        return all(cell).getLast();
    }

    private List<Era> all(String cell) {
        return eras.computeIfAbsent(
                cell, key -> new ArrayList<>(List.of(new Era(0, List.of(), List.of(), 0, true))));
    }

    /// A cell has a new instance, and finds this. Says which era it is.
    ///
    /// @param due what is to be done, by name
    Era constructed(String cell, List<String> turns, Map<String, Setting> due) {
        Era era = current(cell);
        List<Restore> restores = asked.getOrDefault(cell, List.of());
        if (history.isFrozen()) {
            return new Era(era.number, turns, List.of(), 0, true);
        }
        asked.remove(cell);
        int promised = promised(restores);
        boolean goesOn = goesOn(cell, era, turns);
        boolean isRestored =
                restores.subList(Math.max(0, promised), restores.size()).stream()
                        .anyMatch(restore -> admits(restore, turns));
        history.check(
                isRestored || promised >= 0 || goesOn,
                () ->
                        "%s was known to begin with %s, now %s"
                                .formatted(cell, history.latest(cell), era.view(turns)));
        history.check(
                isRestored || promised < 0,
                () ->
                        "%s should be as at %s, is %s"
                                .formatted(cell, restores.getLast().mark, turns));
        if (!isRestored) {
            checkDue(cell, era, List.of(turns), due);
            era.performed = turns;
            return era;
        }
        checkDue(cell, era, ends(cell, era), due);
        List<String> plans = due.values().stream().map(Agenda::set).toList();
        long begun = restores.getFirst().millis;
        Era next = new Era(era.number + 1, List.copyOf(turns), plans, begun, !goesOn);
        all(cell).add(next);
        history.met("a restored cell");
        return next;
    }

    private static int promised(List<Restore> restores) {
        int promised = -1;
        for (int i = 0; i < restores.size(); i++) {
            promised = restores.get(i).isPromised ? i : promised;
        }
        return promised;
    }

    private boolean goesOn(String cell, Era era, List<String> turns) {
        return isBegin(era.base, turns) && isBegin(history.latest(cell), era.view(turns));
    }

    /// Returns what the log may have held at the end of an era.
    private List<List<String>> ends(String cell, Era era) {
        List<List<String>> ends = new ArrayList<>();
        for (int i = known(cell, era); i <= era.performed.size(); i++) {
            ends.add(era.performed.subList(0, i));
        }
        return ends;
    }

    /// Returns how many turns of an era are known.
    private int known(String cell, Era era) {
        int shown = history.latest(cell, era.number).size() - 1 - era.plans.size();
        return Math.max(shown, era.base.size());
    }

    /// Checks what a cell has to do against what its log says.
    private void checkDue(String cell, Era era, List<List<String>> logs, Map<String, Setting> due) {
        history.check(
                logs.stream().anyMatch(log -> agrees(cell, Agenda.of(era.view(log)), due)),
                () -> "%s has to do %s, and its log says %s".formatted(cell, due, logs));
    }

    private boolean agrees(String cell, Agenda agenda, Map<String, Setting> due) {
        return Programs.NAMES.stream()
                .allMatch(name -> {
                    Setting said = agenda.pending(name);
                    return said == null
                            ? !due.containsKey(name)
                            : said.equals(due.get(name)) || history.mayBeGivenUp(cell, said);
                });
    }

    /// A cell has seen itself.
    void viewed(String cell, Instance instance, Era era, List<String> turns) {
        if (!history.isFrozen() && history.isNewest(cell, instance)) {
            era.performed = List.copyOf(turns);
        }
    }

    /// A turn is written.
    void writes(String turn, long millis) {
        written.putIfAbsent(turn, millis);
    }

    /// A bookmark is known.
    void marks(Mark mark) {
        if (!history.isFrozen()) {
            marks.computeIfAbsent(mark.cell, key -> new ArrayList<>()).add(mark);
        }
    }

    /// Returns one of the marks of a cell, null if there is none.
    @Nullable Mark any(String cell, Random random) {
        List<Mark> known = marks.getOrDefault(cell, List.of());
        return known.isEmpty() ? null : known.get(random.nextInt(known.size()));
    }

    /// A cell asks to be restored.
    ///
    /// @param isByTime whether to the time of the mark, and not by its bookmark
    Restore asks(String cell, Mark mark, boolean isByTime, long millis) {
        Restore restore = new Restore(mark, least(mark), isByTime, millis);
        if (!history.isFrozen()) {
            asked.computeIfAbsent(cell, key -> new ArrayList<>()).add(restore);
        }
        return restore;
    }

    /// Returns what the cell must have held at a moment. The end of an era may be still to come.
    private List<String> least(Mark mark) {
        Era era = all(mark.cell).get(mark.era);
        int known = mark.isEnd ? Math.min(known(mark.cell, era), era.performed.size()) : 0;
        return longer(mark.turns, era.performed.subList(0, known));
    }

    /// It will be.
    void promises(Restore restore) {
        restore.isPromised |= !history.isFrozen();
    }

    /// It will not be.
    ///
    /// @param keptMillis for how long moments are kept
    void refuses(String cell, Restore restore, BookmarkException why, long keptMillis) {
        long age = restore.millis - restore.mark.millis;
        history.check(
                why.reason() == BookmarkException.Reason.TOO_OLD && age >= keptMillis,
                () -> "%s is refused after %d ms: %s".formatted(restore.mark, age, why));
        fails(cell, restore);
    }

    /// It will not be, for another reason.
    void fails(String cell, Restore restore) {
        if (!history.isFrozen()) {
            asked.getOrDefault(cell, new ArrayList<>()).remove(restore);
        }
    }

    /// Returns whether a mark is as it was, if it is reached by its time.
    static boolean isExact(Mark mark, long millis) {
        return !mark.isEnd && millis - mark.millis < EXACT_MILLIS;
    }

    private boolean admits(Restore restore, List<String> turns) {
        Mark mark = restore.mark;
        if (!restore.isByTime && !restore.isCoarse() && !mark.isEnd) {
            return turns.equals(mark.turns);
        }
        long end =
                mark.isEnd ? restore.millis : mark.millis + (restore.isCoarse() ? STEP_MILLIS : 0);
        List<Era> later = all(mark.cell).subList(mark.era, all(mark.cell).size());
        for (Era era : later) {
            boolean isFirst = era.number == mark.era;
            if (!isFirst && era.isCertain && !(restore.isByTime && era.begun <= end)) {
                return false;
            }
            List<String> begin = isFirst ? restore.least : era.base;
            if (isBegin(begin, turns)
                    && isBegin(turns, era.performed)
                    && areWritten(turns.subList(begin.size(), turns.size()), end)) {
                return true;
            }
        }
        return false;
    }

    private boolean areWritten(List<String> turns, long end) {
        return turns.stream().allMatch(turn -> written.getOrDefault(turn, 0L) <= end);
    }

    private static List<String> longer(List<String> one, List<String> other) {
        return one.size() < other.size() ? other : one;
    }

    private static boolean isBegin(List<String> begin, List<String> all) {
        return begin.size() <= all.size() && begin.equals(all.subList(0, begin.size()));
    }
}
