package dev.durableobjects;

import static java.util.Objects.requireNonNull;

import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Which objects a namespace lets come into being.
///
/// Creating objects by arbitrary names lets strangers fill the disk. A refusal comes before
/// anything is created; an object that exists is refused only for its name. Immutable.
///
/// @param names tells whether a name is admitted
/// @param objectsMax how many objects may have stored something, in all
/// @param creationsPerMinute how many objects may store something for the first time per minute;
///   after a quiet minute, that many at once
public record Admission(Predicate<String> names, int objectsMax, int creationsPerMinute) {

    private static final int UNLIMITED = Integer.MAX_VALUE;

    /// Checks the components.
    ///
    /// @throws IllegalArgumentException if a number is less than 1
    public Admission {
        requireNonNull(names, "names must be a predicate, was null");
        if (objectsMax < 1 || creationsPerMinute < 1) {
            throw new IllegalArgumentException(
                    "an admission needs at least 1 object and 1 creation per minute, had %d and %d"
                            .formatted(objectsMax, creationsPerMinute));
        }
    }

    /// Admits every name and any number of objects.
    public static Admission all() {
        return new Admission(name -> true, UNLIMITED, UNLIMITED);
    }

    /// Admits names that match a regular expression as a whole.
    ///
    /// @throws java.util.regex.PatternSyntaxException if it is not one
    public static Admission keys(String regex) {
        requireNonNull(regex, "regex must be a regular expression, was null");
        return new Admission(Pattern.compile(regex).asMatchPredicate(), UNLIMITED, UNLIMITED);
    }

    /// Returns this admission with another maximum of objects.
    public Admission withObjectsMax(int count) {
        return new Admission(names, count, creationsPerMinute);
    }

    /// Returns this admission with another maximum of creations per minute.
    public Admission withCreationsPerMinute(int count) {
        return new Admission(names, objectsMax, count);
    }
}
