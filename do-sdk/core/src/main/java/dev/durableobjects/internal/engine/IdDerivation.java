package dev.durableobjects.internal.engine;

import dev.durableobjects.DurableObjectId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes and checks the ids of one namespace, in the way of workerd's `actor-id-impl.c++`.
///
/// With `key = SHA-256(unique key)`, an id is a base of 16 bytes and then the first 16 bytes of
/// `HMAC-SHA-256(key, base)`. The base is random, or the first 16 bytes of `HMAC-SHA-256(key,
/// name)`. Safe for use by many threads.
public final class IdDerivation {

    private static final int HALF = DurableObjectId.LENGTH / 2;
    private static final int DIGITS = 2 * DurableObjectId.LENGTH;
    private static final String ALGORITHM = "HmacSHA256";

    private final Mac prototype;
    private final RandomGenerator random;

    /// Makes the ids of a namespace.
    ///
    /// @param random where ids without names come from
    public IdDerivation(String uniqueKey, RandomGenerator random) {
        this.random = random;
        try {
            byte[] key =
                    MessageDigest.getInstance("SHA-256")
                            .digest(uniqueKey.getBytes(StandardCharsets.UTF_8));
            prototype = Mac.getInstance(ALGORITHM);
            prototype.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256 and " + ALGORITHM, e);
        }
    }

    /// Returns the id of a name.
    public DurableObjectId fromName(String name) {
        Mac mac = mac();
        byte[] base = half(mac, name.getBytes(StandardCharsets.UTF_8));
        return DurableObjectId.of(authenticated(mac, base), name);
    }

    DurableObjectId unique() {
        byte[] base = new byte[HALF];
        random.nextBytes(base);
        return DurableObjectId.of(authenticated(mac(), base));
    }

    /// Returns the id of its 64 hexadecimal digits.
    ///
    /// @throws IllegalArgumentException if this namespace did not make it
    public DurableObjectId fromString(String hex) {
        if (!isHex(hex)) {
            throw new IllegalArgumentException("Invalid Durable Object ID: must be 64 hex digits");
        }
        DurableObjectId id = DurableObjectId.of(HexFormat.of().parseHex(hex));
        check(id);
        return id;
    }

    /// Returns the id of its 64 hexadecimal digits, empty if a text is none, or one that this
    /// namespace did not make.
    public Optional<DurableObjectId> find(String text) {
        return Optional.of(text)
                .filter(IdDerivation::isHex)
                .map(hex -> DurableObjectId.of(HexFormat.of().parseHex(hex)))
                .filter(this::isMade);
    }

    private static boolean isHex(String text) {
        return text.length() == DIGITS && text.chars().allMatch(HexFormat::isHexDigit);
    }

    /// Refuses an id that this namespace did not make.
    ///
    /// @throws IllegalArgumentException if it did not
    public void check(DurableObjectId id) {
        if (!isMade(id)) {
            throw new IllegalArgumentException(
                    "Durable Object ID is not valid for this namespace.");
        }
    }

    private boolean isMade(DurableObjectId id) {
        byte[] bytes = id.bytes();
        return MessageDigest.isEqual(authenticated(mac(), Arrays.copyOf(bytes, HALF)), bytes);
    }

    private static byte[] authenticated(Mac mac, byte[] base) {
        return ByteBuffer.allocate(DurableObjectId.LENGTH).put(base).put(half(mac, base)).array();
    }

    private static byte[] half(Mac mac, byte[] input) {
        return Arrays.copyOf(mac.doFinal(input), HALF);
    }

    /// One thread's own: it begins anew after each input.
    private Mac mac() {
        try {
            return (Mac) prototype.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's " + ALGORITHM + " can be cloned", e);
        }
    }
}
