package dev.durableobjects.spi;

/// The content of one page of a database after a commit. Its bytes must not be changed.
///
/// @param number the page's number; the first is 1
/// @param bytes an array that holds the content
/// @param offset where in the array it begins
@SuppressWarnings("ArrayRecordComponent") // Copying each page would cost more than the log.
public record PageImage(int number, byte[] bytes, int offset) {}
