package dev.durableobjects.simulation;

import dev.durableobjects.simulation.Program.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Makes programs by a seed.
final class Programs {

    private static final int DEPTH_MAX = 3;
    private static final int ACTIONS_MAX = 3;
    private static final long DELAY_MILLIS = 4_000;

    /// What is set: the alarm, which has no name, and two schedules.
    static final List<String> NAMES = List.of("", "s", "t");

    private final Random random;
    private final List<String> cells;

    Programs(Random random, List<String> cells) {
        this.random = random;
        this.cells = cells;
    }

    /// Returns one of the cells.
    String cell() {
        return cells.get(random.nextInt(cells.size()));
    }

    /// Returns a program that only reads.
    static Program read(String op) {
        return new Program(op, List.of());
    }

    /// Returns a program that leaves something to do.
    static Program plan(String op) {
        return new Program(
                op,
                NAMES.stream().<Action>map(name -> new Action.Set(name, DELAY_MILLIS, 0)).toList());
    }

    /// Returns a program that puts a cell back, and perhaps forth.
    static Program back(String op, boolean isByTime) {
        return new Program(op, List.of(new Action.Mark(), new Action.Restore(isByTime, true)));
    }

    Program program(String op) {
        return program(op, 1);
    }

    private Program program(String op, int depth) {
        return new Program(op, actions(op, depth));
    }

    private List<Action> actions(String op, int depth) {
        List<Action> actions = new ArrayList<>();
        for (int i = random.nextInt(ACTIONS_MAX + 1); i > 0; i--) {
            actions.add(action("%s/%d".formatted(op, i), depth));
        }
        return List.copyOf(actions);
    }

    private Action action(String op, int depth) {
        int choice = random.nextInt(depth < DEPTH_MAX ? 40 : 29);
        return switch (choice) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> new Action.Write();
            case 9, 10 -> new Action.Await();
            case 11 -> new Action.Sleep(random.nextInt(3_000));
            case 12, 13 -> new Action.Sync();
            case 14, 15 -> new Action.Send();
            case 16 -> new Action.Abort();
            case 17 -> new Action.Throw();
            case 18, 19, 20, 21 -> new Action.Set(due(), delay(), 0);
            case 22 -> new Action.Set(NAMES.getLast(), delay(), delay());
            case 23 -> new Action.Delete(due());
            case 24, 25, 26 -> new Action.Mark();
            case 27, 28 -> new Action.Restore(random.nextInt(3) == 0, random.nextInt(4) > 0);
            case 29 -> new Action.Fork(cell());
            case 30, 31, 32, 33, 34, 35 -> new Action.Call(cell(), program(op, depth + 1));
            case 36, 37 -> new Action.Block(actions(op, depth + 1));
            case 38 -> new Action.Beside(program(op, depth + 1));
            default -> new Action.Later(random.nextInt(2_000), program(op, depth + 1));
        };
    }

    private String due() {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    private long delay() {
        return 1 + random.nextLong(DELAY_MILLIS);
    }
}
