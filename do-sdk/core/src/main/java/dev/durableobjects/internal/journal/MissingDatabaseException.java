package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.file.Path;

/// Thrown when a database is not there although its object was written.
public final class MissingDatabaseException extends IOException {

    private static final long serialVersionUID = 1L;

    /// What can be done about it.
    public static final String REMEDY =
            "put the file back, or use `durable rewind` or `durable import` on the object, or"
                    + " `durable delete` to let it be new";

    MissingDatabaseException(Path database) {
        super(
                "%s is missing, and the journal does not have the whole of it; %s"
                        .formatted(database, REMEDY));
    }
}
