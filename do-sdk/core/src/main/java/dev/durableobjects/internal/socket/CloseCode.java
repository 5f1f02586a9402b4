package dev.durableobjects.internal.socket;

/// Close codes, RFC 6455 section 7.4 and the registry it made. Stateless.
final class CloseCode {

    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    static final int PROTOCOL_ERROR = 1002;
    static final int NO_STATUS = 1005;
    static final int ABNORMAL = 1006;
    static final int INVALID_DATA = 1007;
    static final int POLICY_VIOLATION = 1008;
    static final int TOO_BIG = 1009;
    static final int TRY_AGAIN_LATER = 1013;

    private static final int TLS = 1015;
    private static final int REGISTERED_MAX = 1014;
    private static final int LIBRARIES_MIN = 3000;
    private static final int MAX = 4999;

    private CloseCode() {}

    /// Returns whether a peer may send this code in a Close frame.
    static boolean isAllowedOnTheWire(int code) {
        return (code >= LIBRARIES_MIN && code <= MAX)
                || (code >= NORMAL && code <= REGISTERED_MAX && !isReserved(code));
    }

    /// Returns whether an application may close with this code, in Cloudflare's rules.
    static boolean isAllowedForApplications(int code) {
        return code >= NORMAL && code <= MAX && !isReserved(code) && code != TLS;
    }

    private static boolean isReserved(int code) {
        return code == 1004 || code == NO_STATUS || code == ABNORMAL;
    }
}
