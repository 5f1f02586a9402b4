package dev.durableobjects.internal.socket;

/// The frame types of RFC 6455, section 5.2. Immutable.
enum Opcode {
    CONTINUATION(0x0),
    TEXT(0x1),
    BINARY(0x2),
    CLOSE(0x8),
    PING(0x9),
    PONG(0xA);

    private final int code;

    Opcode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    boolean isControl() {
        return code >= 0x8;
    }

    /// Returns the type of this code.
    ///
    /// @throws ProtocolException if the code is reserved
    static Opcode of(int code) {
        for (Opcode opcode : values()) {
            if (opcode.code == code) {
                return opcode;
            }
        }
        throw new ProtocolException(CloseCode.PROTOCOL_ERROR, "reserved opcode " + code);
    }
}
