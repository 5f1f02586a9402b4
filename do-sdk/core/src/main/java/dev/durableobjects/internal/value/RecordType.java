package dev.durableobjects.internal.value;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A record class taken apart: its components and its canonical constructor, as method handles.
///
/// Looked up once per class and kept as long as the class lives. Immutable.
public final class RecordType {

    private static final ClassValue<RecordType> TYPES =
            new ClassValue<>() {
                @Override
                protected RecordType computeValue(Class<?> type) {
                    return new RecordType(type);
                }
            };

    private final Class<?> type;
    private final List<Component> components;
    private final MethodHandle constructor;

    private RecordType(Class<?> type) {
        RecordComponent[] parts = type.getRecordComponents();
        if (parts == null) {
            throw new IllegalArgumentException(type.getName() + " is not a record");
        }
        this.type = type;
        this.components = Arrays.stream(parts).map(RecordType::component).toList();
        this.constructor = constructor(type, parts);
    }

    /// Returns the parts of a record class.
    ///
    /// @throws IllegalArgumentException if the class is not a record
    public static RecordType of(Class<?> type) {
        return TYPES.get(type);
    }

    /// Returns the components in order.
    public List<Component> components() {
        return components;
    }

    /// Calls the canonical constructor. What it throws passes through.
    public Object create(@Nullable Object[] values) {
        return Handles.call(() -> constructor.invokeExact(values));
    }

    @Override
    public String toString() {
        return type.getName();
    }

    private static Component component(RecordComponent part) {
        try {
            Method accessor = part.getAccessor();
            accessor.setAccessible(true);
            MethodHandle handle = MethodHandles.lookup().unreflect(accessor);
            return new Component(
                    part.getName(),
                    part.getGenericType(),
                    part.getType(),
                    handle.asType(MethodType.methodType(Object.class, Object.class)));
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException("cannot read " + part, e);
        }
    }

    private static MethodHandle constructor(Class<?> type, RecordComponent[] parts) {
        Class<?>[] types =
                Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> canonical = type.getDeclaredConstructor(types);
            canonical.setAccessible(true);
            return MethodHandles.lookup()
                    .unreflectConstructor(canonical)
                    .asSpreader(Object[].class, parts.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new IllegalArgumentException("cannot construct " + type.getName(), e);
        }
    }

    /// One component of a record.
    ///
    /// @param name its name
    /// @param genericType its type with type arguments
    /// @param type its class
    /// @param accessor takes the record, returns the value
    public record Component(String name, Type genericType, Class<?> type, MethodHandle accessor) {

        /// Returns the value of this component. What the accessor throws passes through.
        public @Nullable Object get(Object record) {
            return Handles.call(() -> accessor.invokeExact(record));
        }
    }
}
