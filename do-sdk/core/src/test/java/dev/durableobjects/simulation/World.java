package dev.durableobjects.simulation;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.internal.socket.HeldSocket;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.TestRuntime;
import dev.durableobjects.spi.CommitFailedException;
import dev.durableobjects.websocket.WebSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/// One run of the whole engine under a seed: some lives of one data directory, each with callers
/// that make cells do things, and an end: a crash, a failed disk, or a proper close. The next life
/// begins with what is left; the last one only reads it.
final class World {

    private static final List<String> CELLS = List.of("a", "b", "c");
    private static final int CALLERS = 3;
    private static final int CALLS = 3;
    private static final int CRASH_STEPS = 400;

    /// So small that old files of the journal are freed in many lives, or never.
    private static final long[] JOURNAL_BYTES = {1 << 10, 8 << 10, 1 << 20};

    private final long seed;
    private final Fault fault;
    private final History history = new History();

    // Of the life that runs.
    private SimulatedWaiting waiting;
    private SimulatedDisk.Sync sync;
    private DurableObjects runtime;
    private Programs programs;
    private int calling;
    private long journalBytes;

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
        for (int life = 0; life <= last; life++) {
            waiting = new SimulatedWaiting(lives.nextLong());
            programs = new Programs(waiting.random(), CELLS);
            sync = disk.sync(this);
            String name = "life" + life;
            if (life == last) {
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

    /// Returns true once in so many times.
    boolean chance(int times) {
        return waiting.random().nextInt(times) == 0;
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
        int before = history.known(cell);
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
                        .namespace(Cell.CELL, (ctx, env) -> new Cell(ctx, env, this));
        TestRuntime.withWaiting(builder, waiting);
        TestRuntime.withDisk(builder, sync);
        TestRuntime.withJournalBytes(builder, journalBytes);
        TestRuntime.withLog(builder, log -> FaultyLog.of(fault, log));
        return builder.build();
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
            ((HeldSocket) connection).serve(new Listener(this, cell, Thread.currentThread()));
        } catch (DurableObjectException | Cell.Unborn e) {
            history.met("a refused socket");
        }
    }

    /// Reads all cells; this must succeed.
    private void audit(String name) {
        for (String cell : CELLS) {
            boolean isBorn = false;
            for (int i = 0; !isBorn; i++) {
                try {
                    call(runtime.env(), cell, Programs.read("%s-%s.%d".formatted(name, cell, i)));
                    isBorn = true;
                } catch (Cell.Unborn e) {
                    history.met("a failed constructor");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }
        runtime.close();
    }

    private void close() {
        while (calling > 0) {
            waiting.park(this);
        }
        try {
            runtime.close();
        } catch (CommitFailedException e) {
            history.check(sync.isDead() || e.isTimeout(), e::getMessage);
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
