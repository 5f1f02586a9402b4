package dev.durableobjects.internal.edge;

import dev.durableobjects.internal.socket.Transport;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.SocketWriterException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import java.io.UncheckedIOException;

/// A connection of Helidon's WebServer, taken over after the upgrade. One thread reads and one
/// writes at a time; any thread may close.
final class HelidonTransport implements Transport {

    private static final System.Logger LOGGER = System.getLogger(HelidonTransport.class.getName());

    private final ConnectionContext connection;

    HelidonTransport(ConnectionContext connection) {
        this.connection = connection;
    }

    @Override
    public byte read() {
        try {
            return connection.dataReader().read();
        } catch (DataReader.InsufficientDataAvailableException
                | CloseConnectionException
                | UncheckedIOException e) {
            throw new Gone(e);
        }
    }

    @Override
    public byte[] read(int length) {
        try {
            return connection.dataReader().readBytes(length);
        } catch (DataReader.InsufficientDataAvailableException
                | CloseConnectionException
                | UncheckedIOException e) {
            throw new Gone(e);
        }
    }

    @Override
    public int available() {
        return connection.dataReader().available();
    }

    @Override
    public void write(byte[] bytes, int length) {
        try {
            connection.dataWriter().writeNow(BufferData.create(bytes, 0, length));
        } catch (SocketWriterException | CloseConnectionException | UncheckedIOException e) {
            throw new Gone(e);
        }
    }

    @Override
    public void close() {
        try {
            connection.serverSocket().close();
        } catch (UncheckedIOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "a connection could not be closed", e);
        }
    }
}
