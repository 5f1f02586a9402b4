package dev.durableobjects.runtime;

import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectSnapshot;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Schedule;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorage;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Keeps entries in two tables and a key for each, and an account of its alarm and schedules in
/// others. It tells its sockets what has run: frames leave when the run is durable.
final class LedgerObject extends DurableObject implements Ledger {

    private static final List<String> TABLES =
            List.of("bodies", "numbers", "plans", "ticks", "faults");

    private final SqlStorage sql;

    LedgerObject(DurableObjectState ctx, Env env) {
        super(ctx, env);
        sql = ctx.storage().sql();
        sql.exec("CREATE TABLE IF NOT EXISTS bodies (n INTEGER, body BLOB)");
        sql.exec("CREATE TABLE IF NOT EXISTS numbers (n INTEGER)");
        sql.exec(
                "CREATE TABLE IF NOT EXISTS plans"
                        + " (n INTEGER, name TEXT, due INTEGER, failures INTEGER, state TEXT)");
        sql.exec(
                """
                CREATE TABLE IF NOT EXISTS ticks (
                    name TEXT PRIMARY KEY, first INTEGER, period INTEGER, last INTEGER)
                """);
        sql.exec("CREATE TABLE IF NOT EXISTS faults (what TEXT)");
    }

    @Override
    public void write(int number, int bytes) {
        sql.exec("INSERT INTO bodies VALUES (?, ?)", number, new byte[bytes]);
        sql.exec("INSERT INTO numbers VALUES (?)", number);
        ctx.storage().kv().put("%09d".formatted(number), number);
    }

    @Override
    public Response fetch(Request request) {
        if (request.path().equals("/watch")) {
            WebSocketPair pair = WebSocketPair.create();
            ctx.acceptWebSocket(pair.server());
            return Response.webSocket(pair.client());
        }
        write(Integer.parseInt(request.text()), request.text().length());
        return Response.text(200, request.text());
    }

    @Override
    public void webSocketMessage(WebSocket socket, WebSocketMessage message) {
        if (message instanceof WebSocketMessage.Text(String text)) {
            write(Integer.parseInt(text), text.length());
            socket.send("wrote " + text);
        }
    }

    @Override
    public Mark mark() {
        return new Mark(ctx.storage().currentBookmark(), digest());
    }

    @Override
    public String digest() {
        return RowDigest.of(sql, TABLES);
    }

    @Override
    public DurableObjectSnapshot at(Bookmark bookmark) {
        return ctx.storage().snapshot(bookmark);
    }

    @Override
    public void become(DurableObjectSnapshot state) {
        ctx.storage().restoreOnNextSession(state);
        ctx.abort("restored");
    }

    @Override
    public void plan(int number, String name, long delayMillis) {
        Instant asked = Instant.now().plusMillis(delayMillis);
        end(name, "replaced");
        Instant due; // Not what was asked for, if that has passed meanwhile.
        if (name.isEmpty()) {
            ctx.storage().setAlarm(asked);
            due = ctx.storage().getAlarm().orElseThrow();
        } else {
            ctx.schedules().at(name, asked);
            due = ctx.schedules().get(name).orElseThrow().due();
        }
        sql.exec("INSERT INTO plans VALUES (?, ?, ?, 0, '')", number, name, due.toEpochMilli());
    }

    @Override
    public void cancel(String name) {
        end(name, "cancelled");
        if (name.isEmpty()) {
            ctx.storage().deleteAlarm();
        } else {
            ctx.schedules().cancel(name);
        }
    }

    private void end(String name, String end) {
        sql.exec("UPDATE plans SET state = ? WHERE name = ? AND state = ''", end, name);
    }

    @Override
    public void repeat(long periodMillis) {
        ctx.schedules().every(TICK, Duration.ofMillis(periodMillis));
        sql.exec(
                """
                INSERT INTO ticks VALUES (?1, ?2, ?3, 0)
                ON CONFLICT (name) DO UPDATE SET first = ?2, period = ?3
                """,
                TICK,
                ctx.schedules().get(TICK).orElseThrow().due().toEpochMilli(),
                periodMillis);
    }

    @Override
    public void alarm(AlarmInvocationInfo info) {
        run("", info.scheduledTime(), Optional.of(info.retryCount()));
    }

    @Override
    public void scheduled(Schedule schedule) {
        if (schedule.period().isPresent()) {
            tick(schedule);
        } else {
            run(schedule.name(), schedule.due(), Optional.empty());
        }
    }

    private void run(String name, Instant due, Optional<Integer> retries) {
        String what = "'%s' of %d".formatted(name, due.toEpochMilli());
        checkTime(what, due);
        Optional<SqlRow> plan =
                sql.exec(
                                """
                                SELECT rowid, n, failures FROM plans
                                WHERE name = ? AND due = ? AND state = ''
                                """,
                                name,
                                due.toEpochMilli())
                        .first();
        if (plan.isEmpty()) {
            fault(what + " ran again, or after it was replaced or cancelled");
            return;
        }
        int number = plan.get().getInt("n");
        int failures = plan.get().getInt("failures");
        if (retries.isPresent() && retries.get() != failures) {
            fault("%s failed %d times and was told %d".formatted(what, failures, retries.get()));
        }
        if (Ledger.isRetried(number) && failures == 0) {
            sql.exec("UPDATE plans SET failures = 1 WHERE rowid = ?", plan.get().get("rowid"));
            throw new IllegalStateException("the first run fails");
        }
        sql.exec("UPDATE plans SET state = 'ran' WHERE rowid = ?", plan.get().get("rowid"));
        tell((name.isEmpty() ? "alarm " : "schedule ") + number);
    }

    private void tick(Schedule schedule) {
        long due = schedule.due().toEpochMilli();
        String what = "'%s' of %d".formatted(schedule.name(), due);
        checkTime(what, schedule.due());
        SqlRow row = sql.exec("SELECT first, period, last FROM ticks").one();
        if (due <= row.getLong("last") || due < row.getLong("first")) {
            fault(what + " ran again, or after it was replaced");
        }
        if ((due - row.getLong("first")) % row.getLong("period") != 0) {
            fault(what + " is no time of it");
        }
        sql.exec("UPDATE ticks SET last = ?", due);
        tell("ticked %s %d".formatted(ctx.id().name().orElseThrow(), due));
    }

    private void checkTime(String what, Instant due) {
        if (Instant.now().isBefore(due)) {
            fault(what + " ran early");
        }
    }

    private void fault(String what) {
        sql.exec("INSERT INTO faults VALUES (?)", what);
    }

    private void tell(String what) {
        for (WebSocket socket : ctx.webSockets()) {
            socket.send(what);
        }
    }

    @Override
    public List<Integer> written() {
        return numbers("SELECT n FROM bodies JOIN numbers USING (n) ORDER BY n");
    }

    @Override
    public List<Integer> planned() {
        return numbers("SELECT n FROM plans ORDER BY n");
    }

    @Override
    public List<Integer> ran() {
        return numbers("SELECT n FROM plans WHERE state = 'ran' ORDER BY n");
    }

    @Override
    public int waiting() {
        return numbers("SELECT n FROM plans WHERE state = ''").size();
    }

    @Override
    public long lastTick() {
        return sql.exec("SELECT last FROM ticks").map(row -> row.getLong("last")).stream()
                .findFirst()
                .orElse(-1L);
    }

    @Override
    public List<String> wrong() {
        List<String> wrong =
                new ArrayList<>(sql.exec("SELECT what FROM faults").map(SqlRow::toString));
        List<Integer> written = written();
        if (!numbers("SELECT n FROM bodies ORDER BY n").equals(written)
                || !numbers("SELECT n FROM numbers ORDER BY n").equals(written)
                || !keys().equals(written)) {
            wrong.add("halves of entries");
        }
        Set<String> known = known();
        Set<String> pending = pending();
        if (!known.equals(pending)) {
            wrong.add("knows %s, but pending is %s".formatted(known, pending));
        }
        return wrong;
    }

    private List<Integer> keys() {
        return List.copyOf(ctx.storage().kv().list(Integer.class).toMap().values());
    }

    private Set<String> known() {
        Set<String> known =
                new TreeSet<>(
                        sql.exec("SELECT name, due FROM plans WHERE state = ''")
                                .map(row -> row.getString("name") + "@" + row.getLong("due")));
        known.addAll(sql.exec("SELECT name FROM ticks").map(row -> row.getString("name") + "@"));
        return known;
    }

    private Set<String> pending() {
        Set<String> pending = new TreeSet<>();
        ctx.storage().getAlarm().ifPresent(due -> pending.add("@" + due.toEpochMilli()));
        for (Schedule one : ctx.schedules().list()) {
            boolean isOnce = one.period().isEmpty();
            pending.add(isOnce ? one.name() + "@" + one.due().toEpochMilli() : one.name() + "@");
        }
        return pending;
    }

    private List<Integer> numbers(String query) {
        return sql.exec(query).map(row -> row.getInt("n"));
    }
}
