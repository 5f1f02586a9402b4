package dev.durableobjects.conformance;

import java.util.HashMap;
import java.util.Map;

/// All operations by their names.
final class Ops {

    private static final Map<String, Op> BY_NAME = all();

    private Ops() {}

    static boolean has(String name) {
        return BY_NAME.containsKey(name);
    }

    static Op get(Step step) {
        Op op = BY_NAME.get(step.op());
        if (op == null) {
            throw new AssertionError(
                    "nothing runs the operation %s; list its cases in listed.txt, or write it"
                            .formatted(step.op()));
        }
        return op;
    }

    private static Map<String, Op> all() {
        Map<String, Op> ops = new HashMap<>();
        SqlOps.addTo(ops);
        KvOps.addTo(ops);
        TransactionOps.addTo(ops);
        GateOps.addTo(ops);
        IdOps.addTo(ops);
        HostOps.addTo(ops);
        SocketOps.addTo(ops);
        AlarmOps.addTo(ops);
        return Map.copyOf(ops);
    }
}
