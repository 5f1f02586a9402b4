package dev.durableobjects.internal.sql;

import dev.durableobjects.internal.sql.SqlToken.Kind;
import org.jspecify.annotations.Nullable;

/// Reads SQL text token by token, with SQLite's rules. Not safe for several threads.
final class SqlTokenizer {

    /// SQLite takes a byte order mark for white space, wherever it stands.
    private static final String BLANKS = " \t\n\f\r\uFEFF";

    private final String text;
    private int at;
    private boolean skippedComment;

    SqlTokenizer(String text) {
        this.text = text;
    }

    /// Returns the position behind the last token.
    int position() {
        return at;
    }

    /// Returns whether a comment stands before what was read last.
    boolean skippedComment() {
        return skippedComment;
    }

    /// Returns the next token, null at the end.
    @Nullable SqlToken next() {
        skipBlanks();
        if (at == text.length()) {
            return null;
        }
        char c = text.charAt(at);
        return switch (c) {
            case '\'' -> quoted(Kind.STRING, c);
            case '"', '`' -> quoted(Kind.QUOTED, c);
            case '[' -> bracketed();
            case '?', ':', '@', '#', '$' -> variable();
            default -> isWord(c) ? word(c) : token(Kind.SIGN, at + 1);
        };
    }

    private SqlToken word(char first) {
        int end = at;
        while (end < text.length() && isWord(text.charAt(end))) {
            end++;
        }
        return token(first >= '0' && first <= '9' ? Kind.NUMBER : Kind.WORD, end);
    }

    /// A quote inside is doubled. An unfinished one goes to the end, and SQLite will refuse it.
    private SqlToken quoted(Kind kind, char quote) {
        StringBuilder content = new StringBuilder();
        int from = at + 1;
        while (true) {
            int end = text.indexOf(quote, from);
            if (end < 0) {
                content.append(text, from, text.length());
                at = text.length();
                break;
            }
            content.append(text, from, end);
            at = end + 1;
            if (at == text.length() || text.charAt(at) != quote) {
                break;
            }
            content.append(quote);
            from = at + 1;
        }
        return new SqlToken(kind, content.toString());
    }

    private SqlToken bracketed() {
        int end = text.indexOf(']', at);
        String content = text.substring(at + 1, end < 0 ? text.length() : end);
        at = end < 0 ? text.length() : end + 1;
        return new SqlToken(Kind.QUOTED, content);
    }

    /// `?12`, `:name`, and TCL's `$name::space(index)`.
    private SqlToken variable() {
        int end = at + 1;
        while (end < text.length()) {
            if (isWord(text.charAt(end))) {
                end++;
            } else if (text.startsWith("::", end)) {
                end += 2;
            } else {
                break;
            }
        }
        if (end > at + 1 && text.startsWith("(", end)) {
            int close = end;
            while (close < text.length()
                    && text.charAt(close) != ')'
                    && BLANKS.indexOf(text.charAt(close)) < 0) {
                close++;
            }
            if (text.startsWith(")", close)) {
                end = close + 1;
            }
        }
        return token(Kind.VARIABLE, end);
    }

    private SqlToken token(Kind kind, int end) {
        SqlToken token = new SqlToken(kind, text.substring(at, end));
        at = end;
        return token;
    }

    private void skipBlanks() {
        skippedComment = false;
        int before;
        do {
            before = at;
            if (text.startsWith("--", at)) {
                at = behind(text.indexOf('\n', at), 1);
                skippedComment = true;
            } else if (text.startsWith("/*", at)) {
                at = behind(text.indexOf("*/", at + 2), 2);
                skippedComment = true;
            }
            while (at < text.length() && BLANKS.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        } while (at > before);
    }

    private int behind(int found, int length) {
        return found < 0 ? text.length() : found + length;
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
