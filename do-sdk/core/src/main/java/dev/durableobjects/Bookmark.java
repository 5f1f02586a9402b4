package dev.durableobjects;

import java.util.regex.Pattern;

/// A moment of one object's past: the text says which, and its order is the order of time.
///
/// It may be stored and sent anywhere. It is good for the object that made it, for as long as the
/// namespace keeps history. Immutable.
///
/// @param value four groups of 8, 8, 8 and 32 hexadecimal digits in lower case, with `-` between
public record Bookmark(String value) implements Comparable<Bookmark> {

    private static final Pattern FORM =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}");

    /// Makes a bookmark of its text.
    ///
    /// @throws BookmarkException if the text is not of this form
    public Bookmark {
        if (value == null || !FORM.matcher(value).matches()) {
            throw new BookmarkException(
                    BookmarkException.Reason.MALFORMED,
                    "the value of a bookmark has groups of 8, 8, 8 and 32 hexadecimal digits in"
                            + " lower case, was '%s'".formatted(value));
        }
    }

    @Override
    public int compareTo(Bookmark other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
