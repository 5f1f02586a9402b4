package dev.durableobjects.internal.storage;

import dev.durableobjects.internal.value.RecordType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How the rows of one statement become records of one class. Immutable.
final class RecordMapping {

    private final RecordType type;
    private final int[] positions;
    private final Target[] targets;

    private RecordMapping(RecordType type, int[] positions, Target[] targets) {
        this.type = type;
        this.positions = positions;
        this.targets = targets;
    }

    /// Matches the components of a record class with columns.
    ///
    /// @throws IllegalArgumentException if a component has no column, or a type that no column has
    static RecordMapping of(Class<? extends Record> record, Columns columns) {
        RecordType type = RecordType.of(record);
        List<RecordType.Component> components = type.components();
        int[] positions = new int[components.size()];
        Target[] targets = new Target[positions.length];
        for (int i = 0; i < positions.length; i++) {
            RecordType.Component component = components.get(i);
            positions[i] = columns.position(component.name());
            if (positions[i] < 0) {
                throw new IllegalArgumentException(
                        "record %s has a component '%s', but the columns are %s"
                                .formatted(record.getSimpleName(), component.name(), columns));
            }
            targets[i] = Target.of(component.name(), component.genericType());
        }
        return new RecordMapping(type, positions, targets);
    }

    /// Returns the record of a row.
    Object record(@Nullable Object[] row) {
        @Nullable Object[] values = new Object[positions.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = targets[i].value(row[positions[i]]);
        }
        return type.create(values);
    }

    /// A component that a column goes to.
    ///
    /// @param name the name of the component
    /// @param reader makes its value, or the one in its `Optional`
    /// @param optional whether the component is an `Optional`
    private record Target(String name, ColumnValue.Reader reader, boolean optional) {

        static Target of(String name, Type type) {
            if (type instanceof ParameterizedType generic
                    && generic.getRawType() == Optional.class
                    && generic.getActualTypeArguments()[0] instanceof Class<?> argument) {
                return new Target(name, ColumnValue.reader(argument, name), true);
            }
            if (type instanceof Class<?> plain) {
                return new Target(name, ColumnValue.reader(plain, name), false);
            }
            throw new IllegalArgumentException(
                    "component '%s' has type %s, which no column has".formatted(name, type));
        }

        @Nullable Object value(@Nullable Object stored) {
            if (optional) {
                return stored == null ? Optional.empty() : Optional.of(reader.read(stored, name));
            }
            if (stored != null) {
                return reader.read(stored, name);
            }
            if (reader.type().isPrimitive()) {
                throw new IllegalStateException(
                        "column '%s' is NULL and does not fit the type %s; use its box or Optional"
                                .formatted(name, reader.type()));
            }
            return null;
        }
    }
}
