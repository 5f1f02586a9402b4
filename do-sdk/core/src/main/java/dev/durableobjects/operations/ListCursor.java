package dev.durableobjects.operations;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.operations.OperationException.Reason;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.zip.CRC32C;

/// Where a listing goes on: behind an object. Immutable.
///
/// As text it also says which listing it belongs to, and has a checksum: a cursor that was changed
/// or of another listing would silently leave objects out.
///
/// @param isNamed whether the object's name is known
/// @param name of the object, empty if it is not known
/// @param id of the object, empty before the first one
@SuppressWarnings("ArrayRecordComponent") // Nobody compares it.
record ListCursor(boolean isNamed, String name, byte[] id) {

    private static final byte NAMED = 1;
    private static final byte UNNAMED = 2;
    private static final int DIGEST_BYTES = 8;

    /// Returns where a listing begins.
    static ListCursor begin(String prefix) {
        return new ListCursor(true, prefix, new byte[0]);
    }

    /// Returns where a listing goes on behind an object.
    static ListCursor behind(DurableObjectId id) {
        return new ListCursor(id.name().isPresent(), id.name().orElse(""), id.bytes());
    }

    /// Reads a cursor.
    ///
    /// @throws OperationException if it is none of this listing
    static ListCursor read(String text, ObjectQuery query) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            ByteBuffer body = bytes.slice(0, Math.max(0, bytes.limit() - Integer.BYTES));
            if (bytes.getInt(body.limit()) != checksum(body)) {
                throw malformed(text);
            }
            boolean isNamed = body.get() == NAMED;
            byte[] listing = new byte[DIGEST_BYTES];
            body.get(listing);
            if (!MessageDigest.isEqual(listing, digest(query))) {
                throw new OperationException(
                        Reason.OTHER_LISTING,
                        "the cursor is of a listing with another namespace or prefix than %s and"
                                        .formatted(query.namespace())
                                + " '%s'".formatted(query.prefix()));
            }
            byte[] id = new byte[DurableObjectId.LENGTH];
            body.get(id);
            return new ListCursor(isNamed, StandardCharsets.UTF_8.decode(body).toString(), id);
        } catch (OperationException e) {
            throw e;
        } catch (IllegalArgumentException
                | IndexOutOfBoundsException
                | BufferUnderflowException e) {
            throw malformed(text);
        }
    }

    private static OperationException malformed(String text) {
        return new OperationException(
                Reason.MALFORMED_CURSOR,
                "a cursor is the text that came with a page, unchanged, was '%s'".formatted(text));
    }

    /// Returns the text of it.
    String text(ObjectQuery query) {
        byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(
                        1 + DIGEST_BYTES + DurableObjectId.LENGTH + encoded.length + Integer.BYTES);
        bytes.put(isNamed ? NAMED : UNNAMED).put(digest(query)).put(id).put(encoded);
        bytes.putInt(checksum(bytes.slice(0, bytes.position())));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes.duplicate());
        return (int) sum.getValue();
    }

    /// A namespace's name has no zero in it.
    private static byte[] digest(ObjectQuery query) {
        try {
            String listing = query.namespace() + "\0" + query.prefix();
            byte[] whole =
                    MessageDigest.getInstance("SHA-256")
                            .digest(listing.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.allocate(DIGEST_BYTES).put(whole, 0, DIGEST_BYTES).array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
