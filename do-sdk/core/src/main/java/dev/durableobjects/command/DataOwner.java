package dev.durableobjects.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whose a data directory is. The system's administrator may write everywhere, and the node of
/// another user could not write the files that this makes. Stateless.
final class DataOwner {

    private static final String ADMINISTRATOR = "root";

    private DataOwner() {}

    /// Checks that a user may make files in a data directory.
    ///
    /// @param user who runs this process
    /// @throws IllegalStateException if the node could not write them
    static void check(Path directory, String user) {
        if (!user.equals(ADMINISTRATOR)) {
            return;
        }
        String owner = owner(directory.resolve("format"));
        if (!owner.equals(ADMINISTRATOR)) {
            throw new IllegalStateException(
                    ("the data directory %s belongs to the user %s, and the app could not write"
                                    + " what %s makes in it: run the command as %s, as by"
                                    + " 'runuser -u %s -- ...'")
                            .formatted(directory, owner, user, owner, owner));
        }
    }

    private static String owner(Path file) {
        try {
            return Files.getOwner(file).getName();
        } catch (IOException | UnsupportedOperationException e) {
            return ADMINISTRATOR; // Nobody owns files here; or opening it fails too, and says why.
        }
    }
}
