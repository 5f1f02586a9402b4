package dev.durableobjects.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.operations.Finding;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What [Verification] finds of a database with a first page and nothing else, whose object may
/// never have had a commit. History has begun with it.
class UnbornVerificationTest {

    @TempDir private Path directory;

    private Path unborn;

    @BeforeEach
    void makeADatabaseWithoutACommit() throws Exception {
        try (DurableObjects objects = NotesDirectory.start(directory)) {
            NotesDirectory.notes(objects, "a").write(1, 1);
        }
        Path written = NotesDirectory.databases(directory).getFirst();
        String shard = written.getFileName().toString().substring(0, 2);
        unborn = written.resolveSibling(shard + "0".repeat(62) + ".sqlite");
        run(unborn, "PRAGMA journal_mode = WAL");
        for (Path file : StoredShelves.files(directory, "history", "")) {
            Files.delete(file);
        }
        NotesDirectory.start(directory).close(); // History begins anew, with this file too.
        String id = unborn.getFileName().toString().replace(".sqlite", "");
        assertThat(
                StoredShelves.files(directory, "history", ".base").toString(), containsString(id));
    }

    @Test
    void mayGoWithThePower() throws Exception {
        assertThat(findings(), is(List.of()));

        byte[] content = Files.readAllBytes(unborn);
        for (byte[] left : List.of(new byte[0], new byte[content.length])) {
            Files.write(unborn, left);
            assertThat(left.length + " bytes", findings(), is(List.of()));
        }
        Files.delete(unborn);
        assertThat("no file", findings(), is(List.of()));
    }

    @Test
    void mayGoWhileHistoryBegins() throws Exception {
        Files.delete(directory.resolve("history/begun"));
        Files.delete(unborn);

        assertThat(findings(), is(List.of()));
    }

    @Test
    void isMissedIfItsObjectHasCommitted() throws Exception {
        commit();

        Files.write(unborn, new byte[0]);
        assertThat(findings(), contains("DAMAGED the database is empty"));
        Files.delete(unborn);
        assertThat(
                findings(),
                contains("MISSING the database is missing, and the journal has not all of it"));
    }

    private void commit() throws SQLException {
        String id = unborn.getFileName().toString().replace(".sqlite", "");
        run(
                directory.resolve("index.sqlite"),
                "INSERT INTO objects SELECT namespace, x'%s', name, NULL, NULL, 0 FROM objects"
                        .formatted(id));
    }

    private static void run(Path database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> findings() {
        return Verification.run(directory, Progress.none()).findings().stream()
                .map(UnbornVerificationTest::text)
                .toList();
    }

    private static String text(Finding finding) {
        return finding.kind() + " " + finding.message();
    }
}
