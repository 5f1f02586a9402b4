package dev.durableobjects.internal.socket;

/// The byte stream under a WebSocket, after the opening handshake.
///
/// When the peer is gone or the transport was closed, reading and writing throw [Transport.Gone].
/// One thread reads and one writes at a time; any thread may close.
public interface Transport {

    /// Waits for the next byte.
    byte read();

    /// Waits for this many bytes.
    byte[] read(int length);

    /// Returns how many bytes can be read without waiting, as far as that is known.
    default int available() {
        return 0;
    }

    /// Writes bytes, blocking while the peer does not read.
    void write(byte[] bytes, int length);

    /// Ends the connection, and with it a read or write that blocks. Never throws. May take its
    /// time: TLS says farewell.
    void close();

    /// The connection is over.
    final class Gone extends RuntimeException {

        private static final long serialVersionUID = 1L;

        /// Makes an exception with what the network said.
        public Gone(Throwable cause) {
            super(cause);
        }
    }
}
