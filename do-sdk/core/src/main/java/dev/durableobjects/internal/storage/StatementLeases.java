package dev.durableobjects.internal.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The statements that clients of JDBC have prepared in the event that runs, and have not closed.
/// Only the object's thread may use it.
final class StatementLeases {

    private final Set<StatementLease> open = new HashSet<>();

    void add(StatementLease lease) {
        open.add(lease);
    }

    void remove(StatementLease lease) {
        open.remove(lease);
    }

    /// Ends all: their event ends, or what they may have seen is undone.
    void end() throws SQLException {
        if (!open.isEmpty()) {
            end(List.copyOf(open));
        }
    }

    /// Ends those that a client has got from this connection.
    void end(Connection client) throws SQLException {
        List<StatementLease> own = new ArrayList<>(open);
        own.removeIf(lease -> !lease.isFrom(client));
        end(own);
    }

    private static void end(List<StatementLease> leases) throws SQLException {
        for (StatementLease lease : leases) {
            lease.end();
        }
    }
}
