package dev.durableobjects.internal.storage;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/// The frames of committed transactions in a stretch of a write-ahead log, as SQLite's file format
/// defines them. Immutable.
///
/// @param pages for each page the offset of its newest content in the stretch
/// @param end where the last commit ends, 0 if there is none
/// @param databasePages how many pages the database has after it
/// @param databasePagesMin how many it had at least after each of the commits
record LogFrames(Map<Integer, Integer> pages, int end, int databasePages, int databasePagesMin) {

    static final int HEADER_BYTES = 24;

    // Where things are in the header of a frame.
    private static final int PAGE = 0;
    private static final int DATABASE_PAGES = 4;
    private static final int SALTS = 8;

    /// Reads what was committed.
    ///
    /// @param salts those of the log's header; other frames are left of an earlier use of the log
    static LogFrames read(byte[] stretch, int pageSize, long salts) {
        ByteBuffer frames = ByteBuffer.wrap(stretch);
        Map<Integer, Integer> committed = new HashMap<>();
        Map<Integer, Integer> open = new HashMap<>();
        int databasePages = 0;
        int databasePagesMin = Integer.MAX_VALUE;
        int end = 0;
        int frameBytes = HEADER_BYTES + pageSize;
        for (int at = 0; at + frameBytes <= stretch.length; at += frameBytes) {
            if (!isOf(frames, at, salts)) {
                break;
            }
            open.put(frames.getInt(at + PAGE), at + HEADER_BYTES);
            if (endsCommit(frames, at)) {
                int pages = frames.getInt(at + DATABASE_PAGES);
                databasePages = pages;
                databasePagesMin = Math.min(databasePagesMin, pages);
                committed.putAll(open);
                open.clear();
                end = at + frameBytes;
            }
        }
        return new LogFrames(
                Collections.unmodifiableMap(committed), end, databasePages, databasePagesMin);
    }

    /// Returns whether a frame was written since the log began.
    static boolean isOf(ByteBuffer frames, int at, long salts) {
        return frames.getLong(at + SALTS) == salts;
    }

    /// Returns whether a frame is the last of a transaction.
    static boolean endsCommit(ByteBuffer frames, int at) {
        return frames.getInt(at + DATABASE_PAGES) != 0;
    }
}
