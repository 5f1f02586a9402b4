package dev.durableobjects.http;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;

/// Header fields of a request or a response. Names are compared without regard to case and kept in
/// lower case; a name may occur more than once. Immutable.
public final class Headers {

    private static final Headers EMPTY = new Headers(List.of());

    private final List<Field> fields;

    private Headers(List<Field> fields) {
        this.fields = fields;
    }

    /// Returns headers without a field.
    public static Headers empty() {
        return EMPTY;
    }

    /// Returns headers with one field.
    ///
    /// @throws IllegalArgumentException if the name or the value holds a character that RFC 9110
    ///   section 5 does not allow there
    public static Headers of(String name, String value) {
        return EMPTY.with(name, value);
    }

    /// Returns these headers and one more field.
    ///
    /// @throws IllegalArgumentException if the name or the value holds a character that RFC 9110
    ///   section 5 does not allow there
    public Headers with(String name, String value) {
        Builder longer = new Builder();
        longer.fields.addAll(fields);
        return longer.add(name, value).build();
    }

    /// Returns an empty builder.
    public static Builder builder() {
        return new Builder();
    }

    /// Returns the first value of a field.
    public Optional<String> get(String name) {
        requireNonNull(name, "name must be a text, was null");
        String wanted = name.toLowerCase(Locale.ROOT);
        for (Field field : fields) { // Asked for with each response: no stream.
            if (field.name.equals(wanted)) {
                return Optional.of(field.value);
            }
        }
        return Optional.empty();
    }

    /// Returns all values of a field, in order.
    public List<String> all(String name) {
        requireNonNull(name, "name must be a text, was null");
        String wanted = name.toLowerCase(Locale.ROOT);
        return fields.stream()
                .filter(field -> field.name.equals(wanted))
                .map(Field::value)
                .toList();
    }

    /// Calls the consumer with the name and the value of each field, in order.
    public void forEach(BiConsumer<? super String, ? super String> consumer) {
        requireNonNull(consumer, "consumer must be a BiConsumer, was null");
        fields.forEach(field -> consumer.accept(field.name, field.value));
    }

    @Override
    public String toString() {
        return fields.toString();
    }

    /// Collects fields. Not safe for use by several threads.
    public static final class Builder {

        private final List<Field> fields = new ArrayList<>();

        private Builder() {}

        /// Adds a field.
        ///
        /// @throws IllegalArgumentException if the name or the value holds a character that RFC
        ///   9110 section 5 does not allow there
        public Builder add(String name, String value) {
            fields.add(new Field(name, value));
            return this;
        }

        /// Returns the headers collected so far.
        public Headers build() {
            return fields.isEmpty() ? EMPTY : new Headers(List.copyOf(fields));
        }
    }

    private record Field(String name, String value) {

        Field {
            requireNonNull(name, "name must be a text, was null");
            requireNonNull(value, "value must be a text, was null");
            name = name.toLowerCase(Locale.ROOT);
            if (name.isEmpty() || !allMatch(name, Field::isToken)) {
                throw new IllegalArgumentException(
                        "a header's name must be a token of RFC 9110, was '%s'".formatted(name));
            }
            if (!allMatch(value, Field::isFieldContent)) {
                throw new IllegalArgumentException(
                        "the value of header %s must not hold control characters".formatted(name));
            }
        }

        /// Asked for each header of each request: no stream.
        private static boolean allMatch(String text, IntPredicate which) {
            for (int i = 0; i < text.length(); i++) {
                if (!which.test(text.charAt(i))) {
                    return false;
                }
            }
            return true;
        }

        private static boolean isToken(int c) {
            return (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }

        private static boolean isFieldContent(int c) {
            return c == '\t' || (c >= ' ' && c != 0x7f);
        }
    }
}
