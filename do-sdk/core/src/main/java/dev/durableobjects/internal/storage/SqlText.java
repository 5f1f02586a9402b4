package dev.durableobjects.internal.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Splits SQL text into its statements, as SQLite reads it: a semicolon ends a statement unless it
/// stands in a string, a quoted name, a comment or the body of a trigger.
///
/// The states are those of SQLite's own `sqlite3_complete`. Not safe for several threads.
final class SqlText {

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

    /// SQLite takes a byte order mark for white space, wherever it stands.
    private static final String BLANKS = " \t\n\f\r\uFEFF";

    private final String text;
    private final List<String> statements = new ArrayList<>();
    private State state = State.START;
    private int begin;
    private int at;
    private boolean hasToken;

    private SqlText(String text) {
        this.text = text;
    }

    /// Returns the statements of a text in order, without their semicolons. Parts that hold only
    /// white space and comments are left out.
    static List<String> statements(String text) {
        SqlText reader = new SqlText(text);
        reader.read();
        return reader.statements;
    }

    /// Returns the first keyword of a statement in upper case, empty if it begins otherwise.
    static String firstKeyword(String statement) {
        int at = 0;
        while (at < statement.length()) {
            int next = skipBlank(statement, at);
            if (next == at) {
                break;
            }
            at = next;
        }
        return wordAt(statement, at).toUpperCase(Locale.ROOT);
    }

    private void read() {
        while (at < text.length()) {
            int blank = skipBlank(text, at);
            if (blank > at) {
                at = blank;
                continue;
            }
            char c = text.charAt(at);
            if (c == ';') {
                at++;
                semicolon();
                continue;
            }
            hasToken = true;
            String word = wordAt(text, at);
            if (word.isEmpty()) {
                at = skipToken(c);
                token("");
            } else {
                at += word.length();
                token(word.toUpperCase(Locale.ROOT));
            }
        }
        finish(text.length());
    }

    private void semicolon() {
        switch (state) {
            case TRIGGER, TRIGGER_SEMICOLON -> state = State.TRIGGER_SEMICOLON;
            case START, EXPLAIN, NORMAL, CREATE, TRIGGER_END -> finish(at - 1);
        }
    }

    private void token(String word) {
        state =
                switch (state) {
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
                    case TRIGGER_SEMICOLON ->
                            word.equals("END") ? State.TRIGGER_END : State.TRIGGER;
                    case TRIGGER, TRIGGER_END -> State.TRIGGER;
                    case NORMAL -> State.NORMAL;
                };
    }

    private void finish(int end) {
        if (hasToken) {
            statements.add(text.substring(begin, end));
        }
        begin = at;
        hasToken = false;
        state = State.START;
    }

    private int skipToken(char c) {
        return switch (c) {
            case '\'', '"', '`' -> skipQuoted(c);
            case '[' -> after(text.indexOf(']', at), 1);
            default -> at + 1;
        };
    }

    private int skipQuoted(char quote) {
        int end = at;
        do {
            end = text.indexOf(quote, end + 1);
            if (end < 0) {
                return text.length();
            }
            end++;
        } while (end < text.length() && text.charAt(end) == quote);
        return end;
    }

    private int after(int found, int length) {
        return found < 0 ? text.length() : found + length;
    }

    /// Returns the position behind one run of white space or one comment, or the same position.
    private static int skipBlank(String text, int from) {
        if (text.startsWith("--", from)) {
            int end = text.indexOf('\n', from);
            return end < 0 ? text.length() : end + 1;
        }
        if (text.startsWith("/*", from)) {
            int end = text.indexOf("*/", from + 2);
            return end < 0 ? text.length() : end + 2;
        }
        int at = from;
        while (at < text.length() && BLANKS.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }

    private static String wordAt(String text, int from) {
        int at = from;
        while (at < text.length() && isWord(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at);
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == '$'
                || (c >= 0x80 && c != '\uFEFF');
    }
}
