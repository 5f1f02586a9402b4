package dev.durableobjects.runtime;

import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Which names a namespace admits.
///
/// Creating objects by arbitrary names lets strangers fill the disk; a grammar is the first guard.
/// Immutable.
///
/// @param names tells whether a name is admitted
public record Admission(Predicate<String> names) {

    /// Admits every name.
    public static Admission all() {
        return new Admission(name -> true);
    }

    /// Admits names that match a regular expression as a whole.
    ///
    /// @throws java.util.regex.PatternSyntaxException if it is not one
    public static Admission keys(String regex) {
        return new Admission(Pattern.compile(regex).asMatchPredicate());
    }
}
