package dev.durableobjects.internal.sql;

import java.util.Locale;

/// A token of SQL. Immutable.
///
/// @param kind what it is
/// @param text its text; a string or a quoted name without its quotes
record SqlToken(Kind kind, String text) {

    /// What a token may be.
    enum Kind {
        /// A keyword or a name without quotes.
        WORD,
        /// A name in double quotes, backticks or brackets.
        QUOTED,
        /// A string in single quotes; SQLite takes it for a name where only a name can stand.
        STRING,
        NUMBER,
        /// A placeholder of a binding.
        VARIABLE,
        /// One character of anything else.
        SIGN
    }

    /// Returns whether this is a word, in any case.
    boolean is(String word) {
        return kind == Kind.WORD && text.equalsIgnoreCase(word);
    }

    /// Returns whether this is a sign.
    boolean is(char sign) {
        return kind == Kind.SIGN && text.charAt(0) == sign;
    }

    /// Returns whether SQLite may take this for a name.
    boolean mayBeName() {
        return kind == Kind.WORD || kind == Kind.QUOTED || kind == Kind.STRING;
    }

    /// Returns the text in upper case.
    String upper() {
        return text.toUpperCase(Locale.ROOT);
    }

    /// Returns the text in lower case.
    String lower() {
        return text.toLowerCase(Locale.ROOT);
    }
}
