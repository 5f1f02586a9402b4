package dev.durableobjects.internal.storage;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.Scratch;
import dev.durableobjects.internal.sql.PragmaStatement;
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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The connection of one live object: opened with its first statement, to read its file, or an
/// empty database in memory if there is none; and opened anew with the first write, to the file.
/// What only reads has no lock and no log, whose making and deleting take longer than most events.
///
/// Only the object's thread may use it, except for [#stop] and [#close].
final class ObjectConnection implements SqliteStorage.ConnectionSource {

    /// Bytes of the write-ahead log after which it is copied into the database, if everything in it
    /// is durable just then.
    private static final long LOG_BYTES = 4 << 20;

    /// Bytes of the write-ahead log after which a transaction waits until everything is durable, so
    /// that the log can be copied.
    private static final long LOG_BYTES_MAX = 4 * LOG_BYTES;

    private static final String STAYS_OPEN =
            "it stays open until this process ends, since its log is not durable, and a close would"
                    + " move that into it";

    private final Path file;
    private final @Nullable Journaling journaling;
    private final Host host;
    private final Limits limits;
    private final Waiting waiting;
    private final ObjectTransaction transaction = new ObjectTransaction(this);

    // Written by the object's thread; stop and close read them under the lock.
    private volatile @Nullable SqliteConnection connection;
    private volatile @Nullable SqliteConnection replaced;
    private volatile @Nullable DatabaseFile bytes;
    private boolean hasFile;
    private boolean isWritable;
    private boolean closed;

    /// What was switched before the first write, by name, and must be switched again for it.
    private final Map<String, String> switched = new LinkedHashMap<>();

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
            host.awaitDurable(); // What a failed journal lacks must not get into the file.
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
        return !hasFile;
    }

    @Override
    public CompiledStatement compile(SqlStatement text) throws SQLException {
        SqliteConnection open = current();
        CompiledStatement cached = open.cached(text.text());
        if (cached != null) {
            return cached;
        }
        try {
            StatementPlan plan = StatementPlan.of(open, text);
            if (text.isPragma() && !plan.writes()) {
                note(PragmaStatement.of(text), text.text());
            }
            open = connectionFor(plan, open);
            return new CompiledStatement(open, text.text(), plan);
        } catch (SQLException e) {
            throw open.failed(e);
        }
    }

    @Override
    public CompiledStatement compileOwn(String sql, StatementPlan plan) throws SQLException {
        SqliteConnection open = current();
        try {
            open = connectionFor(plan, open);
            return open.compileOwn(sql, plan);
        } catch (SQLException e) {
            throw open.failed(e);
        }
    }

    /// Remembers what is switched on a connection that another one will replace.
    private void note(PragmaStatement pragma, String text) {
        boolean isInEffect = !pragma.needsNoTransaction() || !transaction.isBegun();
        if (!isWritable && pragma.isSwitch() && isInEffect) {
            switched.put(pragma.name(), text);
        }
    }

    @Override
    public void checkThread() {
        host.check();
    }

    /// Returns the connection that a statement needs: the first that writes needs another one.
    private SqliteConnection connectionFor(StatementPlan plan, SqliteConnection open)
            throws SQLException {
        return plan.writes() && !isWritable ? makeWritable() : open;
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
        } else if (journaling == null && wal().toFile().length() > LOG_BYTES && host.isDurable()) {
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
            if (!source.drain()) {
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
        stop(connection);
        stop(replaced);
    }

    private static void stop(@Nullable SqliteConnection open) {
        if (open != null) {
            open.stop();
        }
    }

    /// Closes the file. Any thread may do it.
    ///
    /// @param log what becomes of what was committed since the last checkpoint
    void close(Log log) {
        SqliteConnection open;
        synchronized (this) {
            closed = true;
            open = connection;
        }
        try {
            try {
                if (open != null) {
                    open.stop();
                    close(open, log);
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

    private void close(SqliteConnection open, Log log) throws SQLException, IOException {
        DatabaseFile source = bytes;
        if (source != null) {
            // After an error, the journal knows better what was committed.
            Log known = transaction.isCritical() ? Log.DISCARDED : log;
            requireNonNull(journaling).close(open, source, known);
        } else if (isInMemory() || host.isDurable()) {
            open.reallyClose();
        } else {
            Aside.tryClose(file, open::reallyClose, STAYS_OPEN);
        }
    }

    /// Closes what has only read when nothing reads there any more.
    synchronized void closeReplaced() throws SQLException {
        SqliteConnection before = replaced;
        if (before != null) {
            replaced = null;
            before.reallyClose();
        }
    }

    /// Under the lock, so that whoever closes it meanwhile finds a connection or none.
    private synchronized SqliteConnection open() throws SQLException {
        prepare();
        hasFile = Files.exists(file);
        if (hasFile) {
            return openFile(Access.READS);
        }
        if (journaling != null) {
            journaling.releaseMissing();
        }
        return keep(SqliteConnection.openMemory(this, limits, waiting));
    }

    private void prepare() throws SQLException {
        checkOpen();
        if (journaling != null) {
            journaling.prepare();
        }
    }

    private void checkOpen() throws SQLException {
        if (closed) {
            throw new SQLException("the database was closed");
        }
    }

    /// Without the journal, only the log may have what was committed last, and is read, too.
    private SqliteConnection openFile(Access access) throws SQLException {
        if (journaling != null) {
            return journaling.open(() -> openJournaled(access));
        }
        SqliteConnection opened = keep(open(Access.WRITES_AND_FORCES));
        isWritable = true;
        return opened;
    }

    private SqliteConnection openJournaled(Access access) throws SQLException, IOException {
        DatabaseFile source =
                DatabaseFile.open(file, (long) limits.get(Limit.TRANSACTION_MIB) << 20);
        try {
            SqliteConnection opened = open(access);
            bytes = source;
            return keep(opened);
        } catch (SQLException e) {
            source.close();
            throw e;
        }
    }

    private SqliteConnection open(Access access) throws SQLException {
        return SqliteConnection.open(file, access, this, limits, waiting);
    }

    /// What only reads goes; its cursors may live until the end of the event.
    private SqliteConnection makeWritable() throws SQLException {
        if (!hasFile) {
            host.admitFile();
            DatabaseFile.makeDirectory(file);
        }
        SqliteConnection made = openToWrite();
        for (String pragma : switched.values()) {
            made.run(pragma);
        }
        switched.clear();
        transaction.moveOn();
        return made;
    }

    private synchronized SqliteConnection openToWrite() throws SQLException {
        SqliteConnection before = connection;
        SqliteConnection made;
        if (hasFile) {
            checkOpen();
            made = keep(reopenToWrite());
        } else {
            prepare();
            made = openFile(Access.WRITES);
            hasFile = true;
        }
        isWritable = true;
        replaced = before;
        return made;
    }

    private SqliteConnection reopenToWrite() throws SQLException {
        try {
            return open(Access.WRITES);
        } catch (SQLException e) {
            if (Files.notExists(file)) {
                throw transaction.fatal(e); // Somebody has deleted it; who opens it next says so.
            }
            throw e;
        }
    }

    private SqliteConnection keep(SqliteConnection opened) {
        connection = opened;
        return opened;
    }
}
