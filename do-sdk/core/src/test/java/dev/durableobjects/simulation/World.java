package dev.durableobjects.simulation;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.operations.Finding;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.Verification;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.simulation.Agenda.Setting;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.websocket.WebSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

/// One run of the whole engine under a seed: some lives of one data directory, each with callers
/// that make cells do things, and an end: a crash, a failed disk, or a proper close. The next life
/// begins with what is left; the last one only reads it.
final class World {

    private static final List<String> CELLS = List.of("a", "b", "c");
    private static final int CALLERS = 3;
    private static final int CALLS = 3;
    private static final int CRASH_STEPS = 400;

    /// Of how many seeds one has its files verified after each life.
    private static final int VERIFIED = Integer.getInteger("simulation.verified", 10);

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration AHEAD = Duration.ofMillis(700);

    /// Longer than all retries of what fails now and then.
    private static final int LOOKS = 100;

    private static final long LOOK_MILLIS = 5_000;

    /// How late an interval may be that still repeats.
    private static final long LATE_MILLIS = 1_000;

    /// For how long what was is kept; zero means that the first life keeps nothing.
    private static final List<Duration> KEPT =
            List.of(
                    Duration.ofDays(30),
                    Duration.ofDays(30),
                    Duration.ofMinutes(10),
                    Duration.ZERO);

    /// How long the world stands still between two lives.
    private static final List<Duration> PAUSES =
            List.of(Duration.ZERO, Duration.ofMinutes(15), Duration.ofHours(2));

    /// How often the last life puts each cell back.
    private static final int RETURNS = 2;

    /// So small that old files of the journal are freed in many lives, or never.
    private static final long[] JOURNAL_BYTES = {1 << 10, 8 << 10, 1 << 20};

    private final long seed;
    private final Fault fault;
    private final History history = new History();

    /// When the life that runs began.
    private Instant begin = START;

    // Of the life that runs.
    private SimulatedWaiting waiting;
    private SimulatedDisk.Sync sync;
    private DurableObjects runtime;
    private Programs programs;
    private int calling;
    private boolean isLast;
    private long journalBytes;
    private Duration kept = KEPT.getFirst();
    private boolean hasHistory;

    World(long seed, Fault fault) {
        this.seed = seed;
        this.fault = fault;
    }

    /// Makes a data directory without objects.
    static void prepare(Path home) {
        DurableObjects.builder()
                .directory(home)
                .namespace(Cell.CELL, (ctx, env) -> new Cell(ctx, env, new World(0, Fault.NONE)))
                .build()
                .close();
    }

    /// Runs it all in a data directory without objects; those of later lives lie beside it.
    ///
    /// @throws AssertionError if a rule was broken
    void run(Path home) {
        Random lives = new Random(seed);
        SimulatedDisk disk = new SimulatedDisk(home);
        int last = 1 + lives.nextInt(2);
        journalBytes = JOURNAL_BYTES[lives.nextInt(JOURNAL_BYTES.length)];
        kept = fault == Fault.EARLY_BASE ? Duration.ZERO : KEPT.get(lives.nextInt(KEPT.size()));
        for (int life = 0; life <= last; life++) {
            isLast = life == last;
            hasHistory = life > 0 || !kept.isZero();
            waiting = new SimulatedWaiting(lives.nextLong());
            programs = new Programs(waiting.random(), CELLS);
            sync = disk.sync(this);
            if (life > 0 && fault == Fault.NONE && seed % VERIFIED == 0) {
                verify(disk.home());
            }
            String name = "life" + life;
            if (isLast) {
                runtime = start(disk.home(), CELLS.size());
                waiting.actor(name, () -> audit(name));
            } else {
                runtime = start(disk.home(), chance(4) ? CELLS.size() - 1 : CELLS.size());
                sync.calm(false);
                populate(name);
                Path next = home.resolveSibling(String.valueOf(life + 1));
                // Later lives end early, while what the one before has left still matters.
                endSomehow(disk, next, life == 0 ? CRASH_STEPS : CRASH_STEPS / 4);
            }
            waiting.run();
            begin = now().plus(PAUSES.get(lives.nextInt(PAUSES.size())));
            if (disk.hasFreed()) {
                history.met("a freed file");
            }
            history.freeze(false);
            history.verify();
        }
    }

    History history() {
        return history;
    }

    SimulatedWaiting waiting() {
        return waiting;
    }

    Fault fault() {
        return fault;
    }

    /// Returns whether the cells have a past.
    boolean hasHistory() {
        return hasHistory;
    }

    /// Returns for how long every moment must be known.
    long keptMillis() {
        return kept.toMillis();
    }

    /// Checks that a failure is that of the disk.
    void checkDead(Exception failure) {
        history.check(sync.isDead(), () -> String.valueOf(failure));
    }

    /// Returns true once in so many times.
    boolean chance(int times) {
        return waiting.random().nextInt(times) == 0;
    }

    /// Returns the time of day.
    Instant now() {
        return begin.plusNanos(waiting.nanoTime());
    }

    /// Returns a time of day in whole milliseconds, as it is kept.
    Instant afterMillis(long delay) {
        return now().plusNanos(999_999).truncatedTo(ChronoUnit.MILLIS).plusMillis(delay);
    }

    /// Checks that a run has a reason: it is due, and its success is not in the log.
    Setting due(String cell, List<String> log, String name, long millis) {
        Setting setting = Agenda.of(log).pending(name);
        Setting ran = new Setting(name, millis, setting == null ? 0 : setting.period());
        history.check(
                now().toEpochMilli() >= millis,
                () -> "%s ran %s too early, at %s".formatted(cell, ran, now()));
        history.check(
                ran.equals(setting) || (setting != null && history.mayBeGivenUp(cell, setting)),
                () -> "%s ran for %s, and its log says %s".formatted(cell, ran, log));
        history.runs(cell, ran);
        return ran;
    }

    /// Returns what a run does besides; in the last life nothing, so that this has an end.
    Program errand(String op) {
        return isLast ? Programs.read(op) : programs.program(op);
    }

    /// Lets others run for a while.
    void pause(long millis) {
        long end = waiting.nanoTime() + Duration.ofMillis(millis).toNanos();
        while (waiting.nanoTime() < end) {
            waiting.parkNanos(this, end - waiting.nanoTime());
        }
    }

    /// Lets others run in the middle of a turn; a faulty engine also lets them in.
    void breakAtomicity(DurableObjectState ctx) {
        if (fault == Fault.HALF_TURNS && chance(4)) {
            ctx.await(() -> waiting.maybeYield());
        } else {
            waiting.maybeYield();
        }
    }

    /// Calls a cell, and remembers what it answers.
    void call(Env env, String cell, Program program) throws IOException {
        History.Known before = history.known(cell);
        try {
            List<String> log = env.namespace(Cell.CELL).getByName(cell).rpc().run(program);
            history.answered(cell, before, log);
        } catch (Cell.Odd e) {
            history.seen(cell, e.known());
            throw e;
        }
    }

    private DurableObjects start(Path home, int liveObjects) {
        DurableObjectsBuilder builder =
                DurableObjects.builder()
                        .directory(home)
                        .random(waiting.random())
                        .limit(Limit.IDLE_SECONDS, 1)
                        .limit(Limit.LIVE_OBJECTS, liveObjects)
                        .namespace(
                                Cell.CELL,
                                (ctx, env) -> new Cell(ctx, env, this),
                                settings -> settings.history(retention()));
        TestRuntime.withWaiting(builder, waiting);
        Duration ahead = fault == Fault.FAST_CLOCK ? AHEAD : Duration.ZERO;
        TestRuntime.withClock(builder, () -> now().plus(ahead));
        TestRuntime.withDisk(builder, sync);
        TestRuntime.withJournalBytes(builder, journalBytes);
        TestRuntime.withLog(builder, log -> FaultyLog.of(fault, log, sync::loses));
        return builder.build();
    }

    private Duration retention() {
        if (!hasHistory) {
            return Duration.ZERO;
        }
        return kept.isZero() ? KEPT.getFirst() : kept;
    }

    private void populate(String name) {
        Thread closer = waiting.actor(name + "-closer", this::close);
        calling = CALLERS;
        for (int i = 0; i < CALLERS; i++) {
            String caller = "%s-%d".formatted(name, i);
            waiting.actor(
                    caller,
                    () -> {
                        callAll(caller);
                        calling--;
                        waiting.unpark(closer);
                    });
        }
        if (chance(2)) {
            waiting.start("listener", this::listen);
        }
    }

    private void callAll(String caller) {
        for (int i = 0; i < CALLS && !history.isFrozen(); i++) {
            Program program = programs.program("%s.%d".formatted(caller, i));
            String cell = programs.cell();
            history.asks(program.op(), cell);
            if (fault == Fault.NO_ORDER) {
                waiting.maybeYield();
            }
            try {
                call(runtime.env(), cell, program);
                history.met("an answer");
            } catch (Cell.Odd e) {
                history.met("an exception");
            } catch (Cell.Unborn e) {
                history.met("a failed constructor");
            } catch (DurableObjectException e) {
                history.met(e.kind().name());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            if (chance(3)) {
                pause(waiting.random().nextInt(3_000));
            }
        }
    }

    private void listen() {
        String cell = programs.cell();
        try {
            Response response =
                    runtime.env().namespace(Cell.CELL).getByName(cell).fetch(Request.get("/"));
            WebSocket.Connection connection =
                    response.webSocket().flatMap(WebSocket::connection).orElseThrow();
            ((HeldSocket) connection).serve(new Listener(this, cell));
        } catch (DurableObjectException | Cell.Unborn e) {
            history.met("a refused socket");
        }
    }

    /// Waits until all cells have done what is due, then the same with more.
    private void audit(String name) {
        awaitRuns(name);
        CELLS.forEach(cell -> putBack(name, cell));
        CELLS.forEach(cell -> audit(cell, Programs.plan(name)));
        awaitRuns(name);
        runtime.close();
    }

    /// Puts a cell back, and perhaps forth again, by any of its bookmarks.
    private void putBack(String name, String cell) {
        for (int i = 0; i < RETURNS; i++) {
            try {
                audit(cell, Programs.back("%s-%s-%d".formatted(name, cell, i), chance(3)));
            } catch (DurableObjectException e) {
                history.check(
                        e.kind() == DurableObjectException.Kind.ABORTED, () -> String.valueOf(e));
            }
            audit(cell, Programs.read(name));
        }
    }

    private void awaitRuns(String name) {
        for (int i = 0; areBusy(name) && i < LOOKS; i++) {
            pause(LOOK_MILLIS);
        }
        for (String cell : CELLS) {
            for (Setting setting :
                    history.agenda(cell).overdue(now().toEpochMilli() - LATE_MILLIS)) {
                history.check(
                        history.mayBeGivenUp(cell, setting),
                        () -> "%s of %s never ran".formatted(setting, cell));
            }
        }
    }

    private boolean areBusy(String name) {
        boolean isBusy = false;
        for (String cell : CELLS) {
            audit(cell, Programs.read(name));
            isBusy |= history.agenda(cell).isBusy(now().toEpochMilli() - LATE_MILLIS);
        }
        return isBusy;
    }

    /// Calls a cell; this must succeed.
    private void audit(String cell, Program program) {
        boolean isBorn = false;
        while (!isBorn) {
            try {
                call(runtime.env(), cell, program);
                isBorn = true;
            } catch (Cell.Unborn e) {
                history.met("a failed constructor");
            } catch (DurableObjectException e) {
                if (!isOfUnborn(e)) {
                    throw e;
                }
                history.met("a constructor that failed for a run");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static boolean isOfUnborn(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(Cell.Unborn.class::isInstance);
    }

    /// Whatever has happened, nothing of it is damage.
    private void verify(Path home) {
        List<Finding> findings = Verification.run(home, Progress.none()).findings();

        history.check(findings.isEmpty(), () -> "verification says " + findings);
        history.met("a verification");
    }

    private void close() {
        while (calling > 0) {
            waiting.park(this);
        }
        try {
            runtime.close();
        } catch (CommitFailedException e) {
            history.check(sync.isDead() || e.isTimeout(), e::getMessage);
        } catch (UncheckedIOException e) {
            history.check(sync.isDead(), e::getMessage);
        }
    }

    /// Lets the life end by a crash or, if there is none, properly, perhaps on a failed disk.
    private void endSomehow(SimulatedDisk disk, Path next, int crashSteps) {
        int step = waiting.random().nextInt(crashSteps);
        switch (waiting.random().nextInt(4)) {
            case 0 -> history.met("a close");
            case 1 ->
                    waiting.at(
                            step,
                            () -> {
                                history.met("a dead process");
                                disk.killProcess(next);
                                disappear();
                            });
            default ->
                    waiting.at(
                            step,
                            () -> {
                                history.met("a loss of power");
                                disk.losePower(next, waiting.random());
                                disappear();
                            });
        }
    }

    /// What runs goes on, so that all files get closed, but nobody sees it any more.
    private void disappear() {
        history.freeze(true);
        sync.die();
    }
}
