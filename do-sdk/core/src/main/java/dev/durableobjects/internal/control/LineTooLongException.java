package dev.durableobjects.internal.control;

import java.io.IOException;

/// A line is longer than it may be. What follows it is not read.
final class LineTooLongException extends IOException {

    private static final long serialVersionUID = 1L;

    LineTooLongException(int bytesMax) {
        super("a line must have at most %d bytes, and this one has more".formatted(bytesMax));
    }
}
