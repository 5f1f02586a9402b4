package dev.durableobjects.conformance;

import java.util.regex.Pattern;

/// Patterns in which a star stands for anything.
final class Glob {

    private Glob() {}

    static boolean matches(String glob, String text) {
        return text.matches(Pattern.quote(glob).replace("*", "\\E.*\\Q"));
    }
}
