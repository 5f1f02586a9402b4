package dev.durableobjects.simulation;

import dev.durableobjects.Action;
import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An object whose state is a log of turns. Each turn writes two rows, and other threads run in
/// between, so that whoever gets in sees half of a turn. It tells the [History] what happens to it
/// and what others learn of it.
final class Cell extends DurableObject implements CellApi {

    static final Binding<CellApi> CELL = Binding.of("CELL", CellApi.class);

    private final World world;
    private final String name;
    private final History.Instance instance;

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

    /// Returns the turns that the log holds, all of them whole.
    private List<String> log() {
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
            try {
                out(known -> {
                    world.history().causes(program.op(), name, known);
                    world.call(env, cell, program);
                });
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
