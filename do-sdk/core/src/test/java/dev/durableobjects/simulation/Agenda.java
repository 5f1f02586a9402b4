package dev.durableobjects.simulation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a cell's log says about its alarm and its schedules: the model of the table of the runtime
/// that lies in the same database.
///
/// Each event that changes something writes a turn that says so, in the same transaction. So the
/// log and the table must agree after each crash, and the log decides.
final class Agenda {

    private static final char MARK = '!';
    private static final String SEPARATOR = "/";

    private final Map<String, Setting> pending = new TreeMap<>();

    private Agenda() {}

    /// What is due.
    ///
    /// @param due in milliseconds since 1970
    /// @param period in milliseconds, 0 if it is due once
    record Setting(String name, long due, long period) {

        /// Returns what is pending when another is set in its place: an interval goes on as before.
        Setting or(Setting newer) {
            return period > 0 && period == newer.period ? this : newer;
        }

        /// Returns what is pending after a run at this time, if something is.
        @Nullable Setting next(long now) {
            return period == 0
                    ? null
                    : new Setting(
                            name, due + (Math.max(0, now - due) / period + 1) * period, period);
        }
    }

    /// Returns what a turn says if it sets something.
    static String set(Setting setting) {
        return say("set", setting.name, setting.due, setting.period);
    }

    /// Returns what a turn says if it deletes what is due.
    static String delete(String name) {
        return say("delete", name, 0, 0);
    }

    /// Returns what the last turn of a run says.
    static String done(Setting setting, long now) {
        return say("done", setting.name, setting.due, now);
    }

    /// Returns a turn without what it says.
    static String silent(String turn) {
        int mark = turn.indexOf(MARK);
        return mark < 0 ? turn : turn.substring(0, mark);
    }

    private static String say(String what, String name, long due, long number) {
        return MARK + String.join(SEPARATOR, what, name, "" + due, "" + number);
    }

    /// Reads a log.
    static Agenda of(List<String> log) {
        Agenda agenda = new Agenda();
        for (String turn : log) {
            int mark = turn.indexOf(MARK);
            if (mark >= 0) {
                agenda.apply(turn.substring(mark + 1).split(SEPARATOR, -1));
            }
        }
        return agenda;
    }

    private void apply(String[] said) {
        String name = said[1];
        long due = Long.parseLong(said[2]);
        long number = Long.parseLong(said[3]);
        switch (said[0]) {
            case "set" -> pending.merge(name, new Setting(name, due, number), Setting::or);
            case "delete" -> pending.remove(name);
            default -> // What was set anew while it ran stays.
                    pending.computeIfPresent(
                            name,
                            (_, setting) -> setting.due == due ? setting.next(number) : setting);
        }
    }

    /// Returns what is due under a name, null if nothing is.
    @Nullable Setting pending(String name) {
        return pending.get(name);
    }

    /// Returns what should have run before this time.
    List<Setting> overdue(long now) {
        return pending.values().stream().filter(setting -> setting.due < now).toList();
    }

    /// Returns whether something is still to run, and not for ever.
    boolean isBusy(long now) {
        return pending.values().stream()
                .anyMatch(setting -> setting.period == 0 || setting.due < now);
    }
}
