package dev.durableobjects.internal.sql;

import java.util.List;

/// One statement of an SQL text. Immutable.
///
/// @param text as it was written; without its semicolon if it is one of several
/// @param tokens its tokens, none if it is empty
/// @param isExplained whether it stands behind EXPLAIN or EXPLAIN QUERY PLAN, which its tokens
///   leave out
public record SqlStatement(String text, List<SqlToken> tokens, boolean isExplained) {

    /// Makes a statement of all its tokens.
    static SqlStatement of(String text, List<SqlToken> all) {
        int begin = 0;
        if (!all.isEmpty() && all.getFirst().is("EXPLAIN")) {
            boolean plan = all.size() > 2 && all.get(1).is("QUERY") && all.get(2).is("PLAN");
            begin = plan ? 3 : 1;
        }
        return new SqlStatement(text, List.copyOf(all.subList(begin, all.size())), begin > 0);
    }

    /// Returns the statement with another text.
    SqlStatement written(String whole) {
        return new SqlStatement(whole, tokens, isExplained);
    }

    /// Returns whether there is nothing in it but white space and comments.
    public boolean isEmpty() {
        return tokens.isEmpty() && !isExplained;
    }

    /// Returns the first word in upper case, empty if there is none.
    String keyword() {
        return tokens.isEmpty() ? "" : tokens.getFirst().upper();
    }

    /// Returns whether the statement is a PRAGMA: SQLite may run one while it compiles it.
    public boolean isPragma() {
        return keyword().equals("PRAGMA");
    }
}
