package dev.durableobjects.simulation;

import dev.durableobjects.Action;
import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.Binding;
import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectSnapshot;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Schedule;
import dev.durableobjects.ShutdownReason;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.simulation.Agenda.Setting;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An object whose state is a log of turns. Each turn writes two rows, and other threads run in
/// between, so that whoever gets in sees half of a turn. It tells the [History] what happens to it
/// and what others learn of it.
final class Cell extends DurableObject implements CellApi {

    static final Binding<CellApi> CELL = Binding.of("CELL", CellApi.class);

    private final World world;
    private final String name;
    private final History.Instance instance;
    private final Past past;
    private final Past.Era era;

    // Who is inside, and in whose critical section. A simulation notices when two are.
    private @Nullable String inside;
    private @Nullable String section;

    private int said;
    private boolean isFresh = true;

    Cell(DurableObjectState ctx, Env env, World world) {
        super(ctx, env);
        this.world = world;
        this.name = ctx.id().name().orElseThrow();
        this.instance = world.history().constructed(name);
        ctx.storage().sql().exec("CREATE TABLE IF NOT EXISTS log (turn TEXT, half INTEGER)");
        this.past = world.history().past();
        this.era = past.constructed(name, turns(), due());
        Run run = new Run("constructor-" + instance.number());
        run.enter();
        if (world.chance(10)) {
            run.write();
        }
        if (world.chance(20)) {
            run.lose();
            world.history().unborn(name);
            throw new Unborn();
        }
        run.leave();
    }

    @Override
    public List<String> run(Program program) throws IOException {
        world.history().begins(instance, program.op());
        Run run = new Run(program.op());
        run.enter();
        run.perform(program.actions());
        List<String> log = log();
        run.leave();
        return log;
    }

    @Override
    public DurableObjectSnapshot snapshot(String op, Bookmark bookmark) {
        world.history().begins(instance, op);
        return ctx.storage().snapshot(bookmark);
    }

    @Override
    public Response fetch(Request request) {
        WebSocketPair pair = WebSocketPair.create();
        ctx.acceptWebSocket(pair.server());
        return Response.webSocket(pair.client());
    }

    @Override
    public void webSocketMessage(WebSocket socket, WebSocketMessage message) {
        world.history().met(isFresh ? "a message that wakes" : "a message");
        Run run = new Run("said-%d-%d".formatted(instance.number(), said++));
        run.enter();
        run.write();
        run.send();
        run.leave();
    }

    @Override
    public void preShutdown(ShutdownReason reason) {
        world.history().met(reason.name());
        Run run = new Run("farewell-" + instance.number());
        run.enter();
        if (world.chance(4)) {
            run.write();
        }
        run.leave();
    }

    @Override
    public void alarm(AlarmInvocationInfo info) throws IOException {
        world.history().met(info.isRetry() ? "an alarm again" : "an alarm");
        attend("", info.scheduledTime().toEpochMilli());
    }

    @Override
    public void scheduled(Schedule schedule) throws IOException {
        world.history().met(schedule.period().isPresent() ? "an interval" : "a schedule");
        attend(schedule.name(), schedule.due().toEpochMilli());
    }

    /// Runs what was due, which ends with a turn that says so.
    private void attend(String due, long millis) throws IOException {
        world.history().met(isFresh ? "a run that wakes" : "a run");
        Run run = new Run("run-%d-%d".formatted(instance.number(), said++));
        run.enter();
        Setting setting = world.due(name, log(), due, millis);
        if (world.chance(2)) {
            run.perform(world.errand(run.op).actions());
        }
        run.write(Agenda.done(setting, world.now().toEpochMilli()));
        run.leave();
        if (world.fault() == Fault.LATE_DELETION) {
            ctx.storage().sync();
        }
    }

    private long millis() {
        return world.now().toEpochMilli();
    }

    /// Returns what is due, by name.
    private Map<String, Setting> due() {
        Map<String, Setting> due = new TreeMap<>();
        ctx.storage()
                .getAlarm()
                .ifPresent(at -> due.put("", new Setting("", at.toEpochMilli(), 0)));
        for (Schedule schedule : ctx.schedules().list()) {
            long period = schedule.period().map(Duration::toMillis).orElse(0L);
            due.put(
                    schedule.name(),
                    new Setting(schedule.name(), schedule.due().toEpochMilli(), period));
        }
        return due;
    }

    /// Returns the log as others see it.
    private List<String> log() {
        List<String> turns = turns();
        past.viewed(name, instance, era, turns);
        return era.view(turns);
    }

    /// Returns the turns that the log holds, all of them whole.
    private List<String> turns() {
        List<SqlRow> rows =
                ctx.storage().sql().exec("SELECT turn, half FROM log ORDER BY rowid").toList();
        List<String> turns = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            String turn = rows.get(i).getString("turn");
            boolean isSecond = i % 2 == 1;
            world.history()
                    .check(
                            rows.get(i).getInt("half") == i % 2
                                    && (!isSecond || turn.equals(turns.getLast())),
                            () -> "half of a turn is seen in %s: %s".formatted(name, rows));
            if (!isSecond) {
                turns.add(turn);
            }
        }
        world.history()
                .check(
                        rows.size() % 2 == 0,
                        () -> "half of a turn is seen in %s: %s".formatted(name, rows));
        return turns;
    }

    /// One event.
    private final class Run {

        private final String op;
        private final List<String> uncommitted = new ArrayList<>();
        private int turns;

        Run(String op) {
            this.op = op;
        }

        void enter() {
            isFresh &= op.startsWith("constructor");
            world.history()
                    .check(inside == null, () -> "%s meets %s in %s".formatted(op, inside, name));
            world.history()
                    .check(
                            section == null || section.equals(Program.root(op)),
                            () ->
                                    "%s enters %s during the critical section of %s"
                                            .formatted(op, name, section));
            inside = op;
        }

        void leave() {
            inside = null;
        }

        void perform(List<Program.Action> actions) throws IOException {
            for (Program.Action action : actions) {
                perform(action);
                world.waiting().maybeYield();
            }
        }

        private void perform(Program.Action action) throws IOException {
            switch (action) {
                case Program.Action.Write _ -> write();
                case Program.Action.Await _ -> out(known -> ctx.await(() -> tell(known)));
                case Program.Action.Sleep(long millis) ->
                        out(known -> ctx.sleep(Duration.ofMillis(millis)));
                case Program.Action.Call(String cell, Program program) -> call(cell, program);
                case Program.Action.Block(List<Program.Action> inner) -> block(inner);
                case Program.Action.Sync _ -> {
                    List<String> known = log();
                    uncommitted.clear();
                    ctx.storage().sync();
                    tell(known);
                }
                case Program.Action.Send _ -> send();
                case Program.Action.Beside(Program program) ->
                        ctx.waitUntil(() -> world.call(env, name, program));
                case Program.Action.Later(long millis, Program program) ->
                        ctx.setTimeout(Duration.ofMillis(millis), () -> run(program));
                case Program.Action.Set(String due, long delay, long period) ->
                        set(due, delay, period);
                case Program.Action.Delete(String due) -> delete(due);
                case Program.Action.Mark _ -> mark();
                case Program.Action.Restore(boolean isByTime, boolean aborts) ->
                        restore(isByTime, aborts);
                case Program.Action.Fork(String cell) -> fork(cell);
                case Program.Action.Abort _ -> {
                    lose();
                    ctx.abort("on purpose");
                }
                case Program.Action.Throw _ -> {
                    List<String> known = log();
                    leave();
                    throw new Odd(known);
                }
            }
        }

        /// Tells all peers.
        void send() {
            String text = String.join(",", log());
            ctx.webSockets().forEach(socket -> socket.send(text));
        }

        /// Writes one turn.
        void write() {
            write("");
        }

        /// Writes one turn that says something.
        void write(String what) {
            String turn = "%s#%d%s".formatted(op, turns++, what);
            List<String> before = log();
            uncommitted.add(turn);
            past.writes(turn, millis());
            insert(turn, 0);
            world.breakAtomicity(ctx);
            insert(turn, 1);
            before.add(turn);
            world.history()
                    .check(
                            before.equals(log()),
                            () -> "%s was not alone in %s".formatted(turn, name));
        }

        /// Remembers that what was written and not yet committed must never be seen.
        void lose() {
            world.history().lost(uncommitted);
            leave();
        }

        private void mark() {
            if (world.hasHistory()) {
                marks(ctx.storage()::currentBookmark, false);
            }
        }

        /// What was written so far is durable by then, and belongs to the moment.
        private void marks(Supplier<Bookmark> bookmark, boolean isEnd) {
            List<String> turns = turns();
            uncommitted.clear();
            Bookmark taken = bookmark.get();
            past.marks(new Past.Mark(name, taken, past.era(name), turns, millis(), isEnd));
        }

        private void restore(boolean isByTime, boolean aborts) {
            Past.Mark mark = past.any(name, world.waiting().random());
            if (mark == null) {
                return;
            }
            boolean isAt = isByTime && Past.isExact(mark, millis());
            restore(
                    past.asks(name, mark, isAt, millis()),
                    () -> ctx.storage().restoreOnNextSession(isAt ? at(mark) : mark.bookmark()),
                    aborts);
        }

        private Bookmark at(Past.Mark mark) {
            return ctx.storage().bookmarkAt(Instant.ofEpochMilli(mark.millis()));
        }

        private void fork(String cell) throws IOException {
            Past.Mark mark = past.any(cell, world.waiting().random());
            if (mark == null) {
                return;
            }
            AtomicReference<@Nullable DurableObjectSnapshot> snapshot = new AtomicReference<>();
            CellApi source = env.namespace(CELL).getByName(cell).rpc();
            calls(known -> snapshot.set(source.snapshot(op + "/snapshot", mark.bookmark())));
            DurableObjectSnapshot taken = snapshot.get();
            if (taken != null) {
                world.history().met("a fork");
                restore(
                        past.asks(name, mark, false, millis()),
                        () -> ctx.storage().restoreOnNextSession(taken),
                        true);
            }
        }

        private void restore(Past.Restore asked, Supplier<Bookmark> restore, boolean aborts) {
            Bookmark early = null;
            if (world.fault() == Fault.EARLY_UNDO) {
                early = ctx.storage().currentBookmark();
                write();
            }
            try {
                marks(promise(asked, restore, early), true);
            } catch (BookmarkException e) {
                world.history().met(e.reason().name());
                past.refuses(name, asked, e, world.keptMillis());
                return;
            } catch (UncheckedIOException e) {
                world.history().met("a failed restore");
                world.checkDead(e);
                past.fails(name, asked);
                return;
            }
            world.history().met("a restore");
            if (aborts) {
                lose();
                ctx.abort("restored");
            }
        }

        private Supplier<Bookmark> promise(
                Past.Restore asked, Supplier<Bookmark> restore, @Nullable Bookmark early) {
            return () -> {
                Bookmark undo = restore.get();
                past.promises(asked);
                return early == null ? undo : early;
            };
        }

        private void set(String due, long delay, long period) {
            Instant at = world.afterMillis(delay);
            if (period > 0) {
                at = world.afterMillis(period);
                ctx.schedules().every(due, Duration.ofMillis(period));
            } else if (due.isEmpty()) {
                ctx.storage().setAlarm(at);
            } else {
                ctx.schedules().at(due, at);
            }
            write(Agenda.set(new Setting(due, at.toEpochMilli(), period)));
        }

        private void delete(String due) {
            if (due.isEmpty()) {
                ctx.storage().deleteAlarm();
            } else {
                ctx.schedules().cancel(due);
            }
            write(Agenda.delete(due));
        }

        private void insert(String turn, int half) {
            ctx.storage().sql().exec("INSERT INTO log VALUES (?, ?)", turn, half);
        }

        /// Leaves the cell for a while. What was written is durable as soon as it has left.
        private void out(Outing outing) throws IOException {
            List<String> known = log();
            uncommitted.clear();
            leave();
            outing.with(known);
            enter();
        }

        private void call(String cell, Program program) throws IOException {
            calls(known -> {
                world.history().causes(program.op(), name, known);
                world.call(env, cell, program);
            });
        }

        private void calls(Outing outing) throws IOException {
            try {
                out(outing);
            } catch (DurableObjectException | Odd | Unborn e) {
                ctx.webSockets(); // Throws if it was this cell that broke.
                enter();
            }
        }

        private void block(List<Program.Action> actions) throws IOException {
            String outer = section;
            Action<IOException> body =
                    () -> {
                        section = Program.root(op);
                        perform(actions);
                        section = outer;
                    };
            if (world.fault() == Fault.OPEN_SECTIONS) {
                body.run();
                return;
            }
            try {
                ctx.blockConcurrencyWhile(body);
            } catch (Odd e) {
                lose();
                throw new Odd(List.of());
            } catch (RuntimeException e) {
                lose();
                throw e;
            }
        }

        private void tell(List<String> known) {
            world.history().seen(name, known);
            world.waiting().maybeYield();
        }
    }

    /// What happens outside.
    private interface Outing {

        void with(List<String> known) throws IOException;
    }

    /// Thrown by a program. It carries the log, which is durable when anybody sees it.
    static final class Odd extends IOException {

        private static final long serialVersionUID = 1L;

        private final transient List<String> known;

        private Odd(List<String> known) {
            super("odd");
            this.known = known;
        }

        List<String> known() {
            return known;
        }
    }

    /// Thrown by a constructor.
    static final class Unborn extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Unborn() {
            super("born broken");
        }
    }
}
