package dev.durableobjects.internal.sql;

import java.util.ArrayList;
import java.util.List;

/// Splits SQL text into its statements, as SQLite reads it: a semicolon ends a statement unless it
/// stands in a string, a quoted name, a comment or the body of a trigger.
///
/// The states are those of SQLite's own `sqlite3_complete`. Not safe for several threads.
public final class SqlText {

    /// Where the reader is between the beginning and the end of a statement.
    private enum State {
        START,
        EXPLAIN,
        NORMAL,
        CREATE,
        TRIGGER,
        TRIGGER_SEMICOLON,
        TRIGGER_END
    }

    private final String text;
    private final SqlTokenizer tokenizer;
    private final List<SqlStatement> statements = new ArrayList<>();
    private List<SqlToken> tokens = new ArrayList<>();
    private State state = State.START;
    private int begin;

    private SqlText(String text) {
        this.text = text;
        this.tokenizer = new SqlTokenizer(text);
    }

    /// Returns the statements of a text in order: at least one. White space may follow the last
    /// semicolon, but a comment is taken for one more statement, an empty one, as on Cloudflare.
    ///
    /// The text of a statement that stands alone is the whole text, so that what was compiled from
    /// it is found by what was written, with or without a semicolon.
    public static List<SqlStatement> statements(String text) {
        SqlText reader = new SqlText(text);
        reader.read();
        List<SqlStatement> all = reader.statements;
        return all.size() == 1 ? List.of(all.getFirst().written(text)) : all;
    }

    /// Returns the only statement of a text.
    ///
    /// @throws IllegalArgumentException if there are several, or none
    public static SqlStatement statement(String text) {
        List<SqlStatement> all = statements(text);
        if (all.size() != 1 || all.getFirst().isEmpty()) {
            throw new IllegalArgumentException(
                    "expected one SQL statement, got %d: %s".formatted(all.size(), text));
        }
        return all.getFirst();
    }

    private void read() {
        for (SqlToken token = tokenizer.next(); token != null; token = tokenizer.next()) {
            if (token.is(';') && endsStatement()) {
                finish(tokenizer.position() - 1);
                continue;
            }
            tokens.add(token);
            state = after(token);
        }
        boolean isBlank = tokens.isEmpty() && !tokenizer.skippedComment();
        if (!isBlank || statements.isEmpty()) {
            finish(text.length());
        }
    }

    private boolean endsStatement() {
        return state != State.TRIGGER && state != State.TRIGGER_SEMICOLON;
    }

    private State after(SqlToken token) {
        if (token.is(';')) {
            return State.TRIGGER_SEMICOLON;
        }
        String word = token.kind() == SqlToken.Kind.WORD ? token.upper() : "";
        return switch (state) {
            case START, EXPLAIN ->
                    switch (word) {
                        case "EXPLAIN" -> State.EXPLAIN;
                        case "CREATE" -> State.CREATE;
                        case "QUERY", "PLAN" -> state;
                        default -> State.NORMAL;
                    };
            case CREATE ->
                    switch (word) {
                        case "TEMP", "TEMPORARY" -> State.CREATE;
                        case "TRIGGER" -> State.TRIGGER;
                        default -> State.NORMAL;
                    };
            case TRIGGER_SEMICOLON -> word.equals("END") ? State.TRIGGER_END : State.TRIGGER;
            case TRIGGER, TRIGGER_END -> State.TRIGGER;
            case NORMAL -> State.NORMAL;
        };
    }

    private void finish(int end) {
        statements.add(SqlStatement.of(text.substring(begin, end), tokens));
        tokens = new ArrayList<>();
        begin = tokenizer.position();
        state = State.START;
    }
}
