package dev.durableobjects.conformance;

import dev.durableobjects.sql.SqlCursor;
import dev.durableobjects.sql.SqlRow;
import java.util.List;

/// What came of a step: a value, or a failure. Rows of a cursor are read when they are asked for.
final class Outcome {

    private final Object value;
    private final Throwable failure;
    private List<SqlRow> rows;

    private Outcome(Object value, Throwable failure) {
        this.value = value;
        this.failure = failure;
    }

    static Outcome of(Object value) {
        return new Outcome(value, null);
    }

    static Outcome failed(Throwable failure) {
        return new Outcome(null, failure);
    }

    /// Returns the value; null if there is none, or a failure.
    Object value() {
        return value;
    }

    /// Returns the failure, or null.
    Throwable failure() {
        return failure;
    }

    /// Returns the rows that a cursor has left, or the row or rows that the step has read.
    List<SqlRow> rows() {
        if (rows == null) {
            rows =
                    switch (value) {
                        case SqlCursor cursor -> cursor.toList();
                        case SqlRow row -> List.of(row);
                        case List<?> list -> list.stream().map(SqlRow.class::cast).toList();
                        default -> throw new AssertionError("no rows came of it but " + value);
                    };
        }
        return rows;
    }

    @Override
    public String toString() {
        return failure == null ? String.valueOf(value) : failure.toString();
    }
}
