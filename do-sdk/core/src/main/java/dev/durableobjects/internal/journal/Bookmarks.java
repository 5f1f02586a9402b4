package dev.durableobjects.internal.journal;

import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.BookmarkException.Reason;
import dev.durableobjects.DurableObjectId;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/// Writes and reads bookmarks: the position, whether the moment before the next restore is meant, a
/// stamp that makes each greater than the one before, and a check of all that and the object's id.
/// Safe for use by many threads.
final class Bookmarks {

    private static final int GROUP = 8;
    private static final int STAMP_BEGIN = 27;
    private static final int CHECK_BEGIN = 43;
    private static final long MICROS = 1_000;

    private final InstantSource clock;
    private final AtomicLong stamp = new AtomicLong();

    Bookmarks(InstantSource clock) {
        this.clock = clock;
    }

    /// Returns the bookmark of a moment.
    Bookmark of(DurableObjectId id, Moment moment) {
        long now = clock.millis() * MICROS;
        long next = stamp.updateAndGet(before -> Math.max(before + 1, now));
        int kind = moment.isBeforeRestore() ? 1 : 0;
        return new Bookmark(
                "%08x-%08x-%08x-%016x%016x"
                        .formatted(
                                moment.position() >>> Integer.SIZE,
                                moment.position() & 0xffff_ffffL,
                                kind,
                                next,
                                check(id, moment.position(), kind, next)));
    }

    /// Returns the moment of a bookmark.
    ///
    /// @throws BookmarkException if it is not one of this object
    Moment moment(DurableObjectId id, Bookmark bookmark) {
        String value = bookmark.value();
        long position =
                HexFormat.fromHexDigitsToLong(
                        value.substring(0, GROUP) + value.substring(GROUP + 1, 2 * GROUP + 1));
        int kind = HexFormat.fromHexDigits(value, 2 * GROUP + 2, STAMP_BEGIN - 1);
        long stamped = HexFormat.fromHexDigitsToLong(value, STAMP_BEGIN, CHECK_BEGIN);
        long check = HexFormat.fromHexDigitsToLong(value, CHECK_BEGIN, value.length());
        if (check != check(id, position, kind, stamped)) {
            throw new BookmarkException(
                    Reason.OTHER_OBJECT,
                    "%s is not a bookmark of this object: use it in the object that made it"
                            .formatted(value));
        }
        return new Moment(position, kind == 1);
    }

    private static long check(DurableObjectId id, long position, int kind, long stamp) {
        ByteBuffer text =
                ByteBuffer.allocate(DurableObjectId.LENGTH + 2 * Long.BYTES + Integer.BYTES)
                        .put(id.bytes())
                        .putLong(position)
                        .putInt(kind)
                        .putLong(stamp);
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text.array()))
                    .getLong();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
