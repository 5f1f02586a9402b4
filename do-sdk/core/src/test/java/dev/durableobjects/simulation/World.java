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
import java.util.Set;

/// One run of the whole engine under a seed: some lives of one data directory, each with callers
/// that make cells do things, and an end: a crash, a failed disk, or a proper close. The next life
/// begins with what is left; the last one only reads it.
final class World {

    private static final List<String> CELLS = List.of("a", "b", "c");
    private static final int CALLERS = 3;
    private static final int CALLS = 3;
    private static final int CRASH_STEPS = 400;

    private final long seed;
    private final Fault fault;
    private final History history = new History();

    // Of the life that runs.
    private SimulatedWaiting waiting;
    private SimulatedDisk disk;
    private DurableObjects runtime;
    private Programs programs;
    private Set<Path> inherited = Set.of();
    private boolean crashed;
    private int calling;

    World(long seed, Fault fault) {
        this.seed = seed;
        this.fault = fault;
    }

    /// Runs it all in an empty directory.
    ///
    /// @throws AssertionError if a rule was broken
    void run(Path directory) {
        Random lives = new Random(seed);
        Path home = directory.resolve("0");
        int last = 1 + lives.nextInt(2);
        for (int life = 0; life <= last; life++) {
            Path next = directory.resolve(String.valueOf(life + 1));
            live("life" + life, lives.nextLong(), home, next, life == last);
            home = crashed ? next : home;
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

    /// Returns the databases that were there when the life began.
    Set<Path> inherited() {
        return inherited;
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

    private void live(String name, long lifeSeed, Path home, Path next, boolean isLast) {
        waiting = new SimulatedWaiting(lifeSeed);
        programs = new Programs(waiting.random(), CELLS);
        disk = isLast ? null : new SimulatedDisk(this, fault == Fault.LYING_DISK);
        inherited = Set.copyOf(SimulatedDisk.databases(home));
        runtime = start(home);
        crashed = false;
        if (isLast) {
            waiting.actor(name, () -> audit(name));
        } else {
            populate(name);
            if (!chance(3)) {
                waiting.at(waiting.random().nextInt(CRASH_STEPS), () -> crash(home, next));
            }
        }
        waiting.run();
        history.freeze(false);
        history.verify();
    }

    private DurableObjects start(Path home) {
        DurableObjectsBuilder builder =
                DurableObjects.builder()
                        .directory(home)
                        .random(waiting.random())
                        .limit(Limit.IDLE_SECONDS, 1)
                        .limit(Limit.LIVE_OBJECTS, chance(4) ? 2 : 10)
                        .namespace(Cell.CELL, (ctx, env) -> new Cell(ctx, env, this));
        TestRuntime.withWaiting(builder, waiting);
        TestRuntime.withLog(builder, log -> FaultyLog.of(fault, log));
        if (disk != null) {
            TestRuntime.withFiles(builder, disk);
        }
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
        for (int i = 0; i < CALLS && !disk.isDead(); i++) {
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
            history.check(disk.isDead(), e::getMessage);
        }
    }

    /// What runs goes on, so that all files get closed, but nobody sees it any more.
    private void crash(Path home, Path next) {
        crashed = true;
        history.met("a crash");
        history.freeze(true);
        disk.copy(home, next);
        disk.die();
    }
}
