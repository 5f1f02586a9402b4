package dev.durableobjects.operations;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.internal.value.Unicode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which objects a listing has. Immutable; each method returns a changed query.
public final class ObjectQuery {

    /// The most objects of one page.
    public static final int LIMIT_MAX = 1_000;

    private static final int LIMIT = 100;

    private final String namespace;
    private final String prefix;
    private final @Nullable String cursor;
    private final int limit;

    private ObjectQuery(String namespace, String prefix, @Nullable String cursor, int limit) {
        this.namespace = namespace;
        this.prefix = prefix;
        this.cursor = cursor;
        this.limit = limit;
    }

    /// Returns the query for all objects of a namespace, 100 in a page.
    ///
    /// @param namespace the name of its binding
    public static ObjectQuery of(String namespace) {
        requireNonNull(namespace, "namespace must be the name of a binding, was null");
        return new ObjectQuery(namespace, "", null, LIMIT);
    }

    /// Takes only objects whose name begins with this text, taken as it is: no character has a
    /// meaning of its own. Objects whose name is not known begin with the empty text only.
    ///
    /// @throws IllegalArgumentException if it has half of a surrogate pair
    public ObjectQuery prefix(String text) {
        requireNonNull(text, "text must be a String, was null");
        if (!Unicode.isValid(text)) {
            throw new IllegalArgumentException(
                    "a prefix must be valid Unicode, and this one has half of a surrogate pair");
        }
        return new ObjectQuery(namespace, text, cursor, limit);
    }

    /// Goes on behind a page of the same namespace and prefix. The limit may be another.
    ///
    /// @param pageCursor of [ObjectPage#cursor]
    public ObjectQuery after(String pageCursor) {
        requireNonNull(pageCursor, "pageCursor must be the cursor of a page, was null");
        return new ObjectQuery(namespace, prefix, pageCursor, limit);
    }

    /// Takes at most so many objects.
    ///
    /// @throws IllegalArgumentException if it is not 1 to [#LIMIT_MAX]
    public ObjectQuery limit(int max) {
        if (max < 1 || max > LIMIT_MAX) {
            throw new IllegalArgumentException(
                    "a page has 1 to %d objects, was %d".formatted(LIMIT_MAX, max));
        }
        return new ObjectQuery(namespace, prefix, cursor, max);
    }

    /// Returns the name of the namespace's binding.
    public String namespace() {
        return namespace;
    }

    /// Returns with what the names begin.
    public String prefix() {
        return prefix;
    }

    /// Returns behind which page the listing goes on, empty for its beginning.
    public Optional<String> cursor() {
        return Optional.ofNullable(cursor);
    }

    /// Returns how many objects the page has at most.
    public int limit() {
        return limit;
    }
}
