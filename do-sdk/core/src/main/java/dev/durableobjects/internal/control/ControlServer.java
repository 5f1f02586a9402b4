package dev.durableobjects.internal.control;

import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.operations.Operations;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/// Listens at the socket `control` in the data directory of a running node, and carries out what
/// the command asks for. Only the owner of the process may connect.
///
/// Its threads are the system's own, never those of a simulation. Safe for use by many threads.
public final class ControlServer implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(ControlServer.class.getName());

    /// Clients at a time: an operator has one or two, and each has a thread.
    private static final int CLIENTS_MAX = 16;

    /// What a client has to send its request, and to read a line that is written to it.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long PAUSE_NANOS = 1_000_000_000;
    private static final String SCRATCH = "control.new";

    private final Path directory;
    private final Path socket;
    private final Operations operations;
    private final Duration patience;
    private final Semaphore places = new Semaphore(CLIENTS_MAX);
    private final Set<ControlConnection> connections = ConcurrentHashMap.newKeySet();

    private volatile Optional<ServerSocketChannel> listening = Optional.empty();

    /// Makes a server that does not listen yet.
    ///
    /// @param directory the data directory
    /// @param operations what the directory holds
    public ControlServer(Path directory, Operations operations) {
        this(directory, operations, PATIENCE);
    }

    ControlServer(Path directory, Operations operations, Duration patience) {
        this.directory = directory;
        this.socket = directory.resolve(ControlAddress.NAME);
        this.operations = operations;
        this.patience = patience;
    }

    /// Begins to listen. A node that cannot do that says so in its log, and serves all the same.
    ///
    /// The caller has the lock of the directory: a socket that lies there is one of a process that
    /// was killed.
    public void open() {
        try {
            ServerSocketChannel channel = listen();
            listening = Optional.of(channel);
            Waiting.system().start("durable-control", () -> accept(channel));
        } catch (IOException | UnsupportedOperationException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "the operator''s command cannot reach this node: there is no socket {0} (its"
                            + " path has {1} characters, systems allow about 100): {2}",
                    socket,
                    socket.toString().length(),
                    e.toString());
        }
    }

    /// The socket is made in a directory of the owner's, and moved when nobody else may connect: in
    /// between it would be open to all.
    private ServerSocketChannel listen() throws IOException {
        Path scratch = directory.resolve(SCRATCH);
        Path fresh = scratch.resolve("s");
        Files.deleteIfExists(fresh);
        Files.deleteIfExists(scratch);
        boolean hasOwners =
                directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            Files.createDirectory(scratch, hasOwners ? only("rwx------") : new FileAttribute<?>[0]);
            channel.bind(ControlAddress.of(fresh));
            if (hasOwners) {
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            }
            Files.move(fresh, socket, StandardCopyOption.ATOMIC_MOVE);
            Files.delete(scratch);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(fresh);
            Files.deleteIfExists(scratch);
            throw e;
        }
    }

    private static FileAttribute<?>[] only(String permissions) {
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
    }

    private void accept(ServerSocketChannel channel) {
        while (channel.isOpen()) {
            try {
                serve(channel.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "the command socket could not accept a client; retrying in a second",
                        e);
                LockSupport.parkNanos(PAUSE_NANOS); // There may be no file handle just now.
            }
        }
    }

    private void serve(SocketChannel client) {
        ControlConnection connection = new ControlConnection(client, operations, patience);
        if (!places.tryAcquire()) {
            connection.refuse(
                    "the node already has %d commands under way; wait for one of them"
                            .formatted(CLIENTS_MAX));
            return;
        }
        connections.add(connection);
        Waiting.system()
                .start(
                        "durable-control",
                        () -> {
                            try {
                                connection.serve();
                            } finally {
                                connections.remove(connection);
                                places.release();
                            }
                        });
        if (listening.isEmpty()) {
            connection.hangUpIfSilent(); // It came while the server closed.
        }
    }

    /// Listens no longer. What is under way goes on, and its client is told its end if the process
    /// lives so long. The caller still has the lock of the directory.
    @Override
    public void close() {
        Optional<ServerSocketChannel> channel = listening;
        listening = Optional.empty();
        if (channel.isPresent()) {
            close(channel.get());
            connections.forEach(ControlConnection::hangUpIfSilent);
        }
    }

    private void close(ServerSocketChannel channel) {
        try (channel) {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "cannot remove " + socket, e);
        }
    }
}
