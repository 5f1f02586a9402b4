package dev.durableobjects.internal.storage;

import java.sql.SQLException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Compiled statements of one connection by their text, the least recently used going first.
///
/// A statement that is in use is not in the cache, so the same text can run twice at a time; of two
/// that come back, one is kept. Only the object's thread may use it.
final class StatementCache {

    private final Map<String, CompiledStatement> statements = new LinkedHashMap<>();
    private final int bytesMax;
    private int bytes;

    /// Makes an empty cache for SQL texts of this many bytes in all.
    StatementCache(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// Takes a statement out.
    @Nullable CompiledStatement take(String sql) {
        CompiledStatement statement = statements.remove(sql);
        if (statement != null) {
            bytes -= sql.length();
        }
        return statement;
    }

    /// Puts a statement in, and drops others if the cache is full.
    void put(CompiledStatement statement) throws SQLException {
        String sql = statement.sql();
        assert statements.get(sql) != statement : "given back twice: " + sql;
        if (sql.length() > bytesMax || statements.containsKey(sql)) {
            statement.discard();
            return;
        }
        statements.put(sql, statement);
        bytes += sql.length();
        Iterator<CompiledStatement> eldest = statements.values().iterator();
        while (bytes > bytesMax) {
            CompiledStatement dropped = eldest.next();
            eldest.remove();
            bytes -= dropped.sql().length();
            dropped.discard();
        }
    }

    /// Drops all statements, because the schema they were compiled for is gone.
    void clear() throws SQLException {
        for (CompiledStatement statement : statements.values()) {
            statement.discard();
        }
        statements.clear();
        bytes = 0;
    }
}
