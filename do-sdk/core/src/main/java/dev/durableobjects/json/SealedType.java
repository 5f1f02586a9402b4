package dev.durableobjects.json;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A sealed interface whose variants are records, known by their simple names. Immutable.
final class SealedType {

    private final Map<String, Class<?>> variants = new LinkedHashMap<>();

    /// Takes a sealed interface apart.
    ///
    /// @throws IllegalArgumentException if two variants have the same simple name
    SealedType(Class<?> type) {
        leaves(type)
                .forEach(leaf -> {
                    if (variants.put(leaf.getSimpleName(), leaf) != null) {
                        throw new IllegalArgumentException(
                                "%s has two variants named %s; rename one"
                                        .formatted(type.getName(), leaf.getSimpleName()));
                    }
                });
    }

    /// Returns whether objects of this record must carry their type.
    static boolean isVariant(Class<?> record) {
        return Arrays.stream(record.getInterfaces()).anyMatch(Class::isSealed);
    }

    @Nullable Class<?> variant(String name) {
        return variants.get(name);
    }

    @Override
    public String toString() {
        return String.join(", ", variants.keySet());
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(SealedType::leaves)
                : Stream.of(type);
    }
}
