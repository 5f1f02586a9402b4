package dev.durableobjects;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The identity of one object: 32 bytes, printed as 64 lower-case hexadecimal digits.
///
/// An id is made by a [DurableObjectNamespace] and is valid in that namespace only; its second half
/// authenticates the first. Two ids are equal if their bytes are; the name does not count.
/// Immutable.
public final class DurableObjectId {

    /// The length of an id in bytes.
    public static final int LENGTH = 32;

    private final byte[] bytes;
    private final int hash;
    private final @Nullable String name;

    private DurableObjectId(byte[] bytes, @Nullable String name) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
        this.name = name;
    }

    /// Returns the id of these bytes, without a name and without a check that any namespace made
    /// it; applications use [DurableObjectNamespace#idFromString].
    ///
    /// @throws IllegalArgumentException if there are not exactly 32 bytes
    public static DurableObjectId of(byte[] bytes) {
        return new DurableObjectId(checked(bytes), null);
    }

    /// Returns the id of these bytes, remembering the name it was derived from.
    ///
    /// @throws IllegalArgumentException if there are not exactly 32 bytes
    public static DurableObjectId of(byte[] bytes, String name) {
        requireNonNull(name, "name must be a text, was null");
        return new DurableObjectId(checked(bytes), name);
    }

    private static byte[] checked(byte[] bytes) {
        requireNonNull(bytes, "bytes must be an array, was null");
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException(
                    "a Durable Object id has %d bytes, got %d".formatted(LENGTH, bytes.length));
        }
        return bytes.clone();
    }

    /// Returns the name that the id was derived from: present for ids of
    /// [DurableObjectNamespace#idFromName], absent for unique ids and for ids read from a string.
    public Optional<String> name() {
        return Optional.ofNullable(name);
    }

    /// Returns a copy of the 32 bytes.
    public byte[] bytes() {
        return bytes.clone();
    }

    /// Returns whether both ids have the same bytes.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DurableObjectId that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /// Returns the 64 lower-case hexadecimal digits that [DurableObjectNamespace#idFromString]
    /// reads.
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
