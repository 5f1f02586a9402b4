package dev.durableobjects.internal.storage;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.Scratch;
import dev.durableobjects.internal.sql.SqlStatement;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.Wake;
import dev.durableobjects.sql.SqlStorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The connection of one live object: opened with its first statement, to an empty database in
/// memory while there is no file, and from the first write on to the file.
///
/// Only the object's thread may use it, except for [#stop] and [#close].
final class ObjectConnection implements SqliteStorage.ConnectionSource {

    /// Bytes of the write-ahead log after which it is copied into the database, if everything in it
    /// is durable just then.
    private static final long LOG_BYTES = 4 << 20;

    /// Bytes of the write-ahead log after which a transaction waits until everything is durable, so
    /// that the log can be copied.
    private static final long LOG_BYTES_MAX = 4 * LOG_BYTES;

    /// One array holds what an event has written.
    private static final int TRANSACTION_MIB_MAX = 1_024;

    private final Path file;
    private final @Nullable Journaling journaling;
    private final Host host;
    private final Limits limits;
    private final Waiting waiting;
    private final ObjectTransaction transaction = new ObjectTransaction(this);

    // Written by the object's thread; stop and close read them under the lock.
    private volatile @Nullable SqliteConnection connection;
    private final List<SqliteConnection> replaced = new ArrayList<>();
    private volatile @Nullable DatabaseFile bytes;
    private boolean inMemory;
    private boolean closed;

    /// What was set while the object had no file, and must be set again when it gets one.
    private final List<String> pragmas = new ArrayList<>();

    /// Makes the connection of an object, without opening anything.
    ///
    /// @param journaling null if its owner forces it itself
    ObjectConnection(
            Path file, @Nullable Journaling journaling, Host host, Limits limits, Waiting waiting) {
        this.file = file;
        this.journaling = journaling;
        this.host = host;
        this.limits = limits;
        this.waiting = waiting;
    }

    Host host() {
        return host;
    }

    @Nullable Journaling journaling() {
        return journaling;
    }

    /// Returns the transaction of the event that runs.
    ObjectTransaction transaction() {
        return transaction;
    }

    @Override
    public SqliteConnection current() throws SQLException {
        SqliteConnection open = connection;
        if (open == null) {
            host.check();
            host.awaitDurable(); // What a log that has failed holds must not get into the file.
            open = open();
        }
        open.check();
        return open;
    }

    /// Returns the connection if it was opened.
    @Nullable SqliteConnection opened() {
        return connection;
    }

    /// Returns whether the object has written nothing yet, and has no file.
    boolean isInMemory() {
        return inMemory;
    }

    @Override
    public CompiledStatement compile(SqlStatement text) throws SQLException {
        CompiledStatement statement = compile(connection -> connection.compile(text));
        if (inMemory && text.isPragma()) {
            pragmas.add(text.text());
        }
        return statement;
    }

    @Override
    public CompiledStatement compileOwn(String sql, StatementPlan plan) throws SQLException {
        return compile(connection -> connection.compileOwn(sql, plan));
    }

    @Override
    public void checkThread() {
        host.check();
    }

    private CompiledStatement compile(Compiler compiler) throws SQLException {
        SqliteConnection open = current();
        try {
            CompiledStatement statement = compiler.on(open);
            if (!inMemory || !statement.plan().writes()) {
                return statement;
            }
            statement.discard();
            return compiler.on(makeFile());
        } catch (SQLException e) {
            throw open.failed(e);
        }
    }

    /// SQLite never does this by itself: it would not tell when it fails, nor whether the journal
    /// has everything already.
    @Override
    public void beforeTransaction() throws SQLException {
        DatabaseFile source = bytes;
        long length = source == null ? 0 : source.logBytes();
        if (length > LOG_BYTES && (length > LOG_BYTES_MAX || host.isDurable())) {
            host.awaitDurable();
            checkpointUnlessRead();
        } else if (journaling == null && wal().toFile().length() > LOG_BYTES) {
            current().run("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    /// An event that is reading while it begins to write leaves it to an event of its own.
    private void checkpointUnlessRead() {
        try {
            checkpoint();
        } catch (SqlStorageException e) {
            if (!SqlErrors.isLocked(e.code())) {
                throw e;
            }
            host.checkpointSoon();
        }
    }

    /// Returns what the commits since the last call have changed, empty if nothing.
    ///
    /// @param wake asked for when the object must be woken, if that has changed
    /// @throws IOException if it cannot be read; nobody can make it durable then
    Optional<Commit> changes(DurableObjectId object, Supplier<Wake> wake) throws IOException {
        DatabaseFile source = bytes;
        if (source == null || journaling == null) {
            return Optional.empty();
        }
        return journaling.changes(object, source, wake.get());
    }

    /// Moves what was committed from the log into the database. Everything must be durable.
    ///
    /// @return what must be forced to make the database durable without the journal, empty if it
    ///   has no file
    Optional<FileChannel> checkpoint() {
        SqliteConnection open = connection;
        DatabaseFile source = bytes;
        if (open == null || source == null) {
            return Optional.empty();
        }
        try {
            if (!source.isRead()) {
                throw new SQLException("a statement has written that was not known to");
            }
            source.copyLog(open);
            return Optional.of(source.channel());
        } catch (SQLException e) {
            throw SqlErrors.isLocked(e.getErrorCode()) ? SqlErrors.of(e) : transaction.fatal(e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log of " + file, e);
        }
    }

    /// Returns the file of the write-ahead log, which holds what was committed.
    Path wal() {
        return Scratch.wal(file);
    }

    /// Stops the statement that runs, and every later one. Any thread may do it.
    void stop() {
        SqliteConnection open = connection;
        if (open != null) {
            open.stop();
        }
    }

    /// Closes the file. Any thread may do it.
    ///
    /// @param keepsLog whether what was committed since the last checkpoint stays: it must not if
    ///   it is not durable
    void close(boolean keepsLog) {
        SqliteConnection open;
        synchronized (this) {
            closed = true;
            open = connection;
        }
        try {
            try {
                if (open != null) {
                    open.stop();
                    close(open, keepsLog);
                }
            } finally {
                closeReplaced();
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + file, e);
        }
    }

    private void close(SqliteConnection open, boolean keepsLog) throws SQLException, IOException {
        DatabaseFile source = bytes;
        if (source == null) {
            open.reallyClose();
            return;
        }
        // After an error, the journal knows better what was committed.
        boolean isKnown = keepsLog && !transaction.isCritical();
        Objects.requireNonNull(journaling).close(open, source, isKnown);
    }

    /// Closes the database in memory when nothing reads it any more.
    synchronized void closeReplaced() throws SQLException {
        for (SqliteConnection before : replaced) {
            before.reallyClose();
        }
        replaced.clear();
    }

    /// Under the lock, so that whoever closes it meanwhile finds a connection or none.
    private synchronized SqliteConnection open() throws SQLException {
        prepare();
        inMemory = Files.notExists(file);
        if (!inMemory) {
            return openFile();
        }
        if (journaling != null) {
            journaling.releaseMissing();
        }
        return keep(SqliteConnection.openMemory(this, limits, waiting), null);
    }

    private void prepare() throws SQLException {
        if (closed) {
            throw new SQLException("the database was closed");
        }
        if (journaling != null) {
            journaling.prepare();
        }
    }

    private SqliteConnection openFile() throws SQLException {
        return journaling == null
                ? keep(open(Syncs.CHECKPOINTS), null)
                : journaling.open(this::openJournaled);
    }

    private SqliteConnection open(Syncs syncs) throws SQLException {
        return SqliteConnection.open(SqliteUrl.name(file), syncs, this, limits, waiting);
    }

    private SqliteConnection openJournaled() throws SQLException, IOException {
        int transactionMib = Math.min(limits.get(Limit.TRANSACTION_MIB), TRANSACTION_MIB_MAX);
        DatabaseFile source = DatabaseFile.open(file, (long) transactionMib << 20);
        try {
            return keep(open(Syncs.NONE), source); // The journal forces.
        } catch (SQLException e) {
            source.close();
            throw e;
        }
    }

    /// The empty database in memory goes; cursors on it may live until the end of the event.
    private SqliteConnection makeFile() throws SQLException {
        host.admitFile();
        DatabaseFile.makeDirectory(file);
        SqliteConnection made = openNewFile();
        inMemory = false;
        for (String pragma : pragmas) {
            made.run(pragma);
        }
        transaction.moveOn();
        return made;
    }

    private synchronized SqliteConnection openNewFile() throws SQLException {
        prepare();
        SqliteConnection before = Objects.requireNonNull(connection);
        SqliteConnection made = openFile();
        replaced.add(before);
        return made;
    }

    private SqliteConnection keep(SqliteConnection opened, @Nullable DatabaseFile source) {
        connection = opened;
        bytes = source;
        return opened;
    }

    /// Compiles one statement.
    private interface Compiler {

        CompiledStatement on(SqliteConnection connection) throws SQLException;
    }
}
