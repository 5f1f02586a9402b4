package dev.durableobjects.kv;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/// Keys and values in the object's own database.
///
/// Every call belongs to the event's transaction, beside what SQL does, and reads see the event's
/// own writes. A key is any valid Unicode text; keys are in the order of their UTF-8 bytes. A value
/// is stored in its JSON form, as [dev.durableobjects.json.Json] has it, and a `byte[]` as it is;
/// key and value together may have as many bytes as a row of the namespace's
/// [dev.durableobjects.sql.SqlPolicy]. For a list of values, ask for an array or a record. Only the
/// object's thread may use it.
public interface KvStorage {

    /// Returns the value of a key, empty if there is none.
    ///
    /// @throws IllegalArgumentException if the key has half of a surrogate pair
    /// @throws IllegalStateException if the value does not fit the type
    <V> Optional<V> get(String key, Class<V> type);

    /// Returns the values of those keys that have one, in the order of the keys.
    ///
    /// @throws IllegalStateException if a value does not fit the type
    <V> Map<String, V> get(Collection<String> keys, Class<V> type);

    /// Stores a value, in place of one that the key may have.
    ///
    /// @throws IllegalArgumentException if the value has no JSON form, or the key has half of a
    ///   surrogate pair
    /// @throws dev.durableobjects.sql.SqlStorageException with `SQLITE_TOOBIG` if it is too big
    default void put(String key, Object value) {
        put(key, value, WriteOptions.CONFIRMED);
    }

    /// Stores a value like [#put(String, Object)].
    void put(String key, Object value, WriteOptions options);

    /// Stores all of these, or none if one cannot be stored.
    ///
    /// @throws IllegalArgumentException if a value has no JSON form, or a key has half of a
    ///   surrogate pair
    /// @throws dev.durableobjects.sql.SqlStorageException with `SQLITE_TOOBIG` if one is too big
    default void put(Map<String, ?> entries) {
        put(entries, WriteOptions.CONFIRMED);
    }

    /// Stores all of these like [#put(Map)].
    void put(Map<String, ?> entries, WriteOptions options);

    /// Deletes a key.
    ///
    /// @return whether there was one
    default boolean delete(String key) {
        return delete(key, WriteOptions.CONFIRMED);
    }

    /// Deletes a key like [#delete(String)].
    boolean delete(String key, WriteOptions options);

    /// Deletes keys.
    ///
    /// @return how many of them there were
    default int delete(Collection<String> keys) {
        return delete(keys, WriteOptions.CONFIRMED);
    }

    /// Deletes keys like [#delete(Collection)].
    int delete(Collection<String> keys, WriteOptions options);

    /// Lists all keys with their values.
    default <V> KvListing<V> list(Class<V> type) {
        return list(type, ListOptions.all());
    }

    /// Lists keys with their values. They are read one after the other; a new listing ends the one
    /// before, and so does what ends a cursor.
    <V> KvListing<V> list(Class<V> type, ListOptions options);
}
