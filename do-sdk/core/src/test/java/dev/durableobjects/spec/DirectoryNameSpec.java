package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.operations.Backups;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.Verification;
import dev.durableobjects.sql.SqlStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A data directory may have any name that the file system allows.
class DirectoryNameSpec {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "what?",
                "a?cache_size=9",
                "100%41",
                "a b#c&mode=memory",
                "d'e\"f;g",
                "Übung 座席",
                "file:x"
            })
    void objectsAreStoredAndFoundAgain(String name, @TempDir Path parent) throws Exception {
        Path directory = parent.resolve(name).resolve("data");

        try (ProbeRuntime runtime = new ProbeRuntime(directory)) {
            runtime.prepare("a");
            runtime.in(
                    "a", (self, argument) -> sql(self).exec("INSERT INTO t VALUES (7)").toList());
        }
        Path backups = Files.createDirectories(parent.resolve("backups " + name));
        Path restored = parent.resolve("restored " + name);
        Path exported = parent.resolve("exported " + name);
        try (Operations operations = Operations.open(directory)) {
            operations.exportObject(operations.find("PROBE", "a"), exported);
            Path backup = operations.backup(backups, Progress.none()).directory();
            Backups.restore(backup, restored, Progress.none());
        }

        for (Path one : new Path[] {directory, restored}) {
            assertThat(Verification.run(one, Progress.none()).findings(), is(empty()));
            try (ProbeRuntime runtime = new ProbeRuntime(one)) {
                assertThat(
                        runtime.in(
                                "a",
                                (self, argument) ->
                                        sql(self).exec("SELECT v FROM t").one().getLong("v")),
                        is(7L));
            }
        }
    }

    private static SqlStorage sql(Probe self) {
        return self.ctx().storage().sql();
    }
}
