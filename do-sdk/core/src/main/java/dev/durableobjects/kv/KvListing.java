package dev.durableobjects.kv;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/// Keys with their values, read one after the other. All ways of reading share one position. Only
/// the object's thread may use it.
///
/// @param <V> the type of the values
@SuppressWarnings("IterableAndIterator") // As Cloudflare's: `for (var entry : listing)`.
public interface KvListing<V> extends Iterator<KvEntry<V>>, Iterable<KvEntry<V>> {

    /// Returns whether there is one more.
    ///
    /// @throws IllegalStateException if a new listing was started, or if the event has ended or
    ///   committed
    @Override
    boolean hasNext();

    /// Returns the next key with its value.
    ///
    /// @throws NoSuchElementException if there is none
    /// @throws IllegalStateException if the value does not fit the type
    @Override
    KvEntry<V> next();

    /// Returns those that are left.
    List<KvEntry<V>> toList();

    /// Returns those that are left, in their order.
    Map<String, V> toMap();
}
