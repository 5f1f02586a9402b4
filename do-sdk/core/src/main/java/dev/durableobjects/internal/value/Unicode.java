package dev.durableobjects.internal.value;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/// What databases and WebSockets ask of text and `String` does not answer. Stateless.
public final class Unicode {

    /// The order of SQLite's texts: that of their bytes in UTF-8.
    public static final Comparator<String> UTF_8_ORDER =
            (left, right) ->
                    Arrays.compareUnsigned(
                            left.getBytes(StandardCharsets.UTF_8),
                            right.getBytes(StandardCharsets.UTF_8));

    private static final int REPLACEMENT = 0xfffd;

    private Unicode() {}

    /// Returns whether a text has no half of a surrogate pair, so that it survives UTF-8.
    public static boolean isValid(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair =
                        Character.isHighSurrogate(c)
                                && i + 1 < text.length()
                                && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /// Returns a text with U+FFFD in place of each half of a surrogate pair: what the WHATWG calls
    /// a `USVString`, as which browsers and Cloudflare take what goes over a WebSocket.
    public static String scalars(String text) {
        return isValid(text)
                ? text
                : text.codePoints()
                        .map(point -> isHalf(point) ? REPLACEMENT : point)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();
    }

    /// Returns a text for a message, with `\u200b` and the like in place of what nobody sees.
    public static String visible(String text) {
        StringBuilder visible = new StringBuilder();
        text.codePoints()
                .forEach(point -> {
                    if (isVisible(point)) {
                        visible.appendCodePoint(point);
                    } else {
                        visible.append("\\u%04x".formatted(point));
                    }
                });
        return visible.toString();
    }

    private static boolean isVisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }

    private static boolean isHalf(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }
}
