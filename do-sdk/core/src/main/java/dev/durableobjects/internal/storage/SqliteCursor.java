package dev.durableobjects.internal.storage;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.sql.SqlCursor;
import dev.durableobjects.sql.SqlRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads the rows of a statement one ahead, so that the statement is free again as soon as the last
/// row was handed out. Only the object's thread may use it.
final class SqliteCursor implements SqlCursor {

    private enum State {
        OPEN,
        EXHAUSTED,
        CANCELLED
    }

    /// Why a cursor has ended that was left open.
    static final String EVENT_ENDED =
            "the event that opened this cursor has ended, or has called another object, awaited or"
                    + " synced since, and the cursor with it; read what you need before, for"
                    + " example with toList()";

    /// Why a cursor has ended whose tables are gone.
    static final String DELETED = "SQLite query was canceled because the database was deleted.";

    private final SqliteConnection connection;
    private final CompiledStatement statement;
    private final Columns columns;

    // Only the object's thread.
    private @Nullable Object @Nullable [] ahead;
    private State state = State.OPEN;
    private String cancelledBecause = "";
    private long rowsRead;
    private final long changesBefore;
    private long rowsWritten;

    /// Takes over a statement that was started.
    ///
    /// @param first its first row, or null if there is none
    /// @param changesBefore what [SqliteConnection#changes] was before it
    SqliteCursor(
            SqliteConnection connection,
            CompiledStatement statement,
            @Nullable Object @Nullable [] first,
            long changesBefore) {
        this.connection = connection;
        this.statement = statement;
        this.columns = statement.columns();
        this.changesBefore = changesBefore;
        advance(first);
    }

    @Override
    public List<String> columnNames() {
        return columns.names();
    }

    @Override
    public Iterator<SqlRow> iterator() {
        return this;
    }

    @Override
    public boolean hasNext() {
        return peek() != null;
    }

    @Override
    public SqlRow next() {
        return new SqliteRow(columns, take());
    }

    @Override
    public SqlRow one() {
        return new SqliteRow(columns, takeOne());
    }

    @Override
    public <R extends Record> R one(Class<R> type) {
        requireNonNull(type, "type must be a record, was null");
        return type.cast(columns.mapping(type).record(takeOne()));
    }

    @Override
    public Optional<SqlRow> first() {
        Optional<SqlRow> first = hasNext() ? Optional.of(next()) : Optional.empty();
        end(State.EXHAUSTED);
        return first;
    }

    @Override
    public List<SqlRow> toList() {
        return map(Function.identity());
    }

    @Override
    public <R extends Record> List<R> toList(Class<R> type) {
        requireNonNull(type, "type must be a record, was null");
        RecordMapping mapping = columns.mapping(type);
        List<R> records = new ArrayList<>();
        while (peek() != null) {
            records.add(type.cast(mapping.record(take())));
        }
        return List.copyOf(records);
    }

    @Override
    public <R> List<R> map(Function<? super SqlRow, ? extends R> mapper) {
        requireNonNull(mapper, "mapper must be a function, was null");
        List<R> results = new ArrayList<>();
        while (hasNext()) {
            results.add(mapper.apply(next()));
        }
        return List.copyOf(results);
    }

    @Override
    public Iterator<@Nullable Object[]> raw() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return peek() != null;
            }

            @Override
            public @Nullable Object[] next() {
                return take();
            }
        };
    }

    @Override
    public long rowsRead() {
        return rowsRead;
    }

    @Override
    public long rowsWritten() {
        return rowsWritten;
    }

    /// Returns whether rows are left.
    boolean isOpen() {
        return state == State.OPEN;
    }

    /// Ends the cursor before its rows were read.
    ///
    /// @param reason what its reader is told
    void cancel(String reason) {
        if (isOpen()) {
            cancelledBecause = reason;
            end(State.CANCELLED);
        }
    }

    private @Nullable Object @Nullable [] peek() {
        connection.check();
        if (state == State.CANCELLED) {
            throw new IllegalStateException(cancelledBecause);
        }
        return ahead;
    }

    private @Nullable Object[] takeOne() {
        if (peek() == null) {
            throw new IllegalStateException(
                    "Expected exactly one result from SQL query, but got no results.");
        }
        @Nullable Object[] row = take();
        if (ahead != null) {
            end(State.EXHAUSTED);
            throw new IllegalStateException(
                    "Expected exactly one result from SQL query, but got multiple results.");
        }
        return row;
    }

    private @Nullable Object[] take() {
        @Nullable Object[] row = peek();
        if (row == null) {
            throw new NoSuchElementException("the cursor has no more rows");
        }
        try {
            advance(statement.next());
        } catch (SQLException e) {
            end(State.EXHAUSTED);
            throw connection.failed(e);
        }
        return row;
    }

    private void advance(@Nullable Object @Nullable [] row) {
        if (row == null) {
            end(State.EXHAUSTED);
        } else {
            ahead = row;
            rowsRead++;
        }
    }

    private void end(State reason) {
        ahead = null;
        if (state == State.OPEN) {
            state = reason;
            SqliteStorage.release(connection, statement);
            rowsWritten = statement.plan().writes() ? connection.changes() - changesBefore : 0;
        }
    }
}
