package dev.durableobjects.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The arguments of a program, each `key=value`: `seconds=3`, `objects=4,8`. Immutable.
public final class Args {

    private final Map<String, List<Integer>> values;

    private Args(Map<String, List<Integer>> values) {
        this.values = values;
    }

    /// Reads the arguments of a program.
    ///
    /// @param defaults all keys, with what they are if they are not given
    /// @throws IllegalArgumentException if there is something else
    public static Args of(String[] given, Map<String, List<Integer>> defaults) {
        Map<String, List<Integer>> values = new LinkedHashMap<>(defaults);
        for (String argument : given) {
            int middle = argument.indexOf('=');
            String key = argument.substring(0, Math.max(middle, 0));
            if (values.put(key, numbers(argument.substring(middle + 1))) == null) {
                throw new IllegalArgumentException(
                        "expected some of %s as key=number, or key=number,number; got '%s'"
                                .formatted(defaults.keySet(), argument));
            }
        }
        return new Args(values);
    }

    /// Returns the numbers of a key that may have several.
    public List<Integer> list(String key) {
        return values.getOrDefault(key, List.of());
    }

    /// Returns the number of a key that has one.
    public int number(String key) {
        return list(key).getFirst();
    }

    private static List<Integer> numbers(String text) {
        return Arrays.stream(text.split(",", -1)).map(Integer::valueOf).toList();
    }
}
