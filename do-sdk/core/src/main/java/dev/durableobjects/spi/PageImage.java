package dev.durableobjects.spi;

/// The content of one page of a database after a commit, and what of it the commit has changed.
/// Immutable: nobody may change its bytes.
///
/// @param number the page's number; the first is 1
/// @param bytes an array that holds the content, all of it
/// @param offset where in the array it begins
/// @param parts which of the 64 equal parts of the page may differ from what the page was before
///   the commit, the lowest bit for the first; of a page in a whole database, from zeros
@SuppressWarnings("ArrayRecordComponent") // Copying each page would cost more than the log.
public record PageImage(int number, byte[] bytes, int offset, long parts) {

    /// All parts of a page.
    public static final long ALL = -1;

    /// Returns this image for a commit that changed other parts as well.
    public PageImage and(long others) {
        return new PageImage(number, bytes, offset, parts | others);
    }
}
