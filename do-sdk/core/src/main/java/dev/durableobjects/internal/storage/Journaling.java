package dev.durableobjects.internal.storage;

import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.internal.journal.History;
import dev.durableobjects.internal.journal.MissingDatabaseException;
import dev.durableobjects.internal.journal.Redo;
import dev.durableobjects.internal.journal.Redo.Closed;
import dev.durableobjects.internal.value.FileErrors;
import dev.durableobjects.spi.Commit;
import dev.durableobjects.spi.CommitLog;
import dev.durableobjects.spi.Wake;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/// How the commits of a database become durable: through the journal, not by syncs of its own.
/// Immutable.
///
/// @param history what was
/// @param redo what the journal has for databases
/// @param id of the object
/// @param file the path of its database in the data directory, with slashes
public record Journaling(History history, Redo redo, DurableObjectId id, String file) {

    /// Restores the database if that is pending, before it is opened.
    ///
    /// @param log makes the restore durable
    public void restoreIfPending(CommitLog log) {
        history.restoreIfPending(id, file, new StoredSchedules(), log);
    }

    /// Brings the database up to date, before it is opened or found missing.
    ///
    /// @throws DurableObjectException if it cannot be: then the object cannot be used
    void prepare() {
        try {
            redo.prepare(file);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// Says that a prepared database is not opened after all.
    void release() {
        redo.release(file, Closed.WHOLE);
    }

    /// Says that a prepared database has no file.
    ///
    /// @throws DurableObjectException if it must have one: then the object cannot be used
    void releaseMissing() {
        release();
        try {
            redo.missing().check(file);
        } catch (MissingDatabaseException e) {
            throw unreadable(e);
        }
    }

    private DurableObjectException unreadable(Exception e) {
        return new DurableObjectException(
                Kind.UNREADABLE,
                DataDirectory.id(file),
                "cannot use %s: %s".formatted(file, FileErrors.message(e)),
                e);
    }

    /// Opens a prepared database.
    ///
    /// @throws DurableObjectException if its file cannot be opened
    SqliteConnection open(Opener opener) throws SQLException {
        boolean isDone = false;
        try {
            SqliteConnection opened = opener.open();
            isDone = true;
            return opened;
        } catch (IOException e) {
            throw unreadable(e);
        } catch (SQLException e) {
            if (SqlErrors.isDamage(e)) {
                throw unreadable(e);
            }
            throw e;
        } finally {
            if (!isDone) {
                release();
            }
        }
    }

    /// Opens a file and a connection.
    interface Opener {

        SqliteConnection open() throws SQLException, IOException;
    }

    /// Closes a database.
    ///
    /// @param log what becomes of its write-ahead log
    void close(SqliteConnection connection, DatabaseFile bytes, Log log)
            throws SQLException, IOException {
        Closed how = Closed.WITHOUT_LOG;
        try (bytes) {
            if (log == Log.KEPT && bytes.drain()) {
                connection.reallyClose();
                how = bytes.hasLog() ? Closed.WITHOUT_LOG : Closed.WHOLE;
            } else {
                bytes.discardLog(connection::reallyClose);
            }
        } finally {
            redo.release(file, how);
        }
    }

    /// Returns what the commits since the last call have changed, empty if nothing.
    ///
    /// @param wake when the object must be woken, if that has changed
    Optional<Commit> changes(DurableObjectId object, DatabaseFile bytes, Wake wake)
            throws IOException {
        DatabaseFile.Changes changes = bytes.changes();
        return changes.pages().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Commit(
                                object,
                                file,
                                changes.isWhole(),
                                changes.pageSize(),
                                changes.databasePages(),
                                changes.pages(),
                                wake));
    }
}
