package dev.durableobjects.internal.value;

/// A question about text that the JDK answers only by converting it.
public final class Unicode {

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
}
