package dev.durableobjects.internal.control;

/// A node did not carry out a request; the message says why. Immutable.
public final class RequestFailedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    RequestFailedException(String message) {
        super(message);
    }

    RequestFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
