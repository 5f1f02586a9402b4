package dev.durableobjects.internal.rpc;

import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.internal.value.RecordType;
import java.lang.reflect.Array;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Copies what crosses between a caller and an object, so that neither sees the other's changes.
///
/// What cannot change is not copied: the classes of [ImmutableTypes], and the JDK's unmodifiable
/// collections of such. Arrays are always copied. A value that has no part to copy is returned
/// itself.
@SuppressWarnings("ReferenceEquality") // Whether a copy was made is the question.
final class ValueCopy {

    private static final int DEPTH_MAX = 100;

    private static final Set<Class<?>> UNMODIFIABLE =
            Set.of(
                    List.of().getClass(),
                    List.of(1).getClass(),
                    Set.of().getClass(),
                    Set.of(1).getClass(),
                    Map.of().getClass(),
                    Map.of(1, 1).getClass());

    private int depth;

    private ValueCopy() {}

    /// Returns a value that shares nothing changeable with the given one.
    ///
    /// @throws IllegalArgumentException if it, or something in it, is of a type that cannot cross
    static @Nullable Object of(@Nullable Object value) {
        return value == null || ImmutableTypes.contains(value.getClass())
                ? value
                : new ValueCopy().copy(value);
    }

    private @Nullable Object copy(@Nullable Object value) {
        if (value == null || ImmutableTypes.contains(value.getClass())) {
            return value;
        }
        if (++depth > DEPTH_MAX) {
            throw new IllegalArgumentException(
                    "a value must not be nested deeper than %d levels; is it cyclic?"
                            .formatted(DEPTH_MAX));
        }
        Object copy =
                switch (value) {
                    case DurableObjectStub<?> stub -> throw noStub();
                    case Record record -> record(record);
                    case List<?> list -> list(list);
                    case Set<?> set -> set(set);
                    case Map<?, ?> map -> map(map);
                    case Collection<?> collection -> list(new ArrayList<>(collection));
                    case Optional<?> optional -> optional(optional);
                    default -> array(value);
                };
        depth--;
        return copy;
    }

    private Object record(Record record) {
        RecordType type = RecordType.of(record.getClass());
        @Nullable Object[] values = new Object[type.components().size()];
        boolean same = true;
        for (int i = 0; i < values.length; i++) {
            Object value = type.components().get(i).get(record);
            values[i] = copy(value);
            same &= values[i] == value;
        }
        return same ? record : type.create(values);
    }

    private Object list(List<?> list) {
        List<@Nullable Object> copy = new ArrayList<>(list.size());
        boolean same = addAll(list, copy);
        if (!isUnmodifiable(list)) {
            return copy;
        }
        return same ? list : Collections.unmodifiableList(copy);
    }

    private Object set(Set<?> set) {
        Set<@Nullable Object> copy = LinkedHashSet.newLinkedHashSet(set.size());
        boolean same = addAll(set, copy);
        if (!isUnmodifiable(set)) {
            return copy;
        }
        return same ? set : Collections.unmodifiableSet(copy);
    }

    private Object map(Map<?, ?> map) {
        Map<@Nullable Object, @Nullable Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
        boolean same = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Object key = copy(entry.getKey());
            Object value = copy(entry.getValue());
            same &= key == entry.getKey() && value == entry.getValue();
            copy.put(key, value);
        }
        if (!isUnmodifiable(map)) {
            return copy;
        }
        return same ? map : Collections.unmodifiableMap(copy);
    }

    private Object optional(Optional<?> optional) {
        Object value = optional.orElse(null);
        Object copy = copy(value);
        return copy == value ? optional : Optional.ofNullable(copy);
    }

    private Object array(Object array) {
        Class<?> component = array.getClass().getComponentType();
        if (Proxy.isProxyClass(array.getClass())) {
            throw noStub();
        }
        if (component == null) {
            throw new IllegalArgumentException(
                    ("a %s cannot be an argument or a result of a call; use records, enums,"
                                    + " strings, numbers, booleans, java.time, UUID, Optional,"
                                    + " collections and arrays of such")
                            .formatted(array.getClass().getName()));
        }
        int length = Array.getLength(array);
        Object copy = Array.newInstance(component, length);
        if (component.isPrimitive()) {
            System.arraycopy(array, 0, copy, 0, length);
            return copy;
        }
        for (int i = 0; i < length; i++) {
            Object element = copy(Array.get(array, i));
            if (element != null && !component.isInstance(element)) {
                throw new IllegalArgumentException(
                        "an array of %s cannot cross, since a copy of it holds %s; use a List"
                                .formatted(component.getName(), element.getClass().getName()));
            }
            Array.set(copy, i, element);
        }
        return copy;
    }

    private static IllegalArgumentException noStub() {
        return new IllegalArgumentException(
                "a stub cannot be an argument or a result of a call; send the name or the id of"
                        + " the object, and get a stub there");
    }

    private boolean addAll(Collection<?> from, Collection<@Nullable Object> to) {
        boolean same = true;
        for (Object value : from) {
            Object copy = copy(value);
            same &= copy == value;
            to.add(copy);
        }
        return same;
    }

    private static boolean isUnmodifiable(Object collection) {
        return UNMODIFIABLE.contains(collection.getClass());
    }
}
