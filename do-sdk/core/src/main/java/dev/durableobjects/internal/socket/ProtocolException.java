package dev.durableobjects.internal.socket;

/// A peer broke a rule of RFC 6455 or a bound of ours, and the connection must be failed.
/// Immutable.
final class ProtocolException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int closeCode;
    private final String reason;

    ProtocolException(int closeCode, String reason) {
        super(reason);
        this.closeCode = closeCode;
        this.reason = reason;
    }

    /// Returns what the peer is told.
    String reason() {
        return reason;
    }

    /// Returns as what the failure counts.
    SocketCounters.Count count() {
        return switch (closeCode) {
            case CloseCode.POLICY_VIOLATION -> SocketCounters.Count.TOO_FAST;
            case CloseCode.TRY_AGAIN_LATER -> SocketCounters.Count.TOO_SLOW;
            default -> SocketCounters.Count.INVALID;
        };
    }

    /// Returns the code to close with.
    int closeCode() {
        return closeCode;
    }
}
