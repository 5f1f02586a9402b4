package dev.durableobjects.spec;

import static dev.durableobjects.spec.OperatorWorld.NAMESPACE;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.Bookmark;
import dev.durableobjects.operations.Finding;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.StoredObject;
import dev.durableobjects.operations.Verification;
import dev.durableobjects.spec.OperatorWorld.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What operators leave behind is healthy, also if the process ends.
class VerifiedOperationsTest {

    @TempDir private Path directory;
    @TempDir private Path files;

    private OperatorWorld world;

    @AfterEach
    void close() {
        world.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatWasChangedIsHealthy(Way way) throws Exception {
        world = new OperatorWorld(directory, way);
        world.insert("a", 1);
        world.insert("b", "x".repeat(50_000));
        world.insert("c", 3);
        Path file = files.resolve("other.sqlite");
        OperatorWorld.change(file, "PRAGMA page_size = 1024", "CREATE TABLE t (v)");

        world.operation(operations -> changeAll(operations, file));

        world.insert("e", 5);
        assertThat("a kill", findings(copy("killed")), is(empty()));
        world.close();
        assertThat("a close", findings(directory), is(empty()));
    }

    private static void changeAll(Operations operations, Path file) {
        StoredObject object = operations.find(NAMESPACE, "b");
        operations.delete(operations.find(NAMESPACE, "a"));
        Bookmark undo = operations.importObject(object, file).orElseThrow();
        operations.importObject(operations.object(NAMESPACE, "d"), file);
        operations.importObject(operations.find(NAMESPACE, "c"), file);
        operations.rewind(object, undo);
        operations.delete(operations.find(NAMESPACE, "c"));
    }

    @Test
    void whatWasPreparedBeforeAKillIsHealthy() throws Exception {
        world = new OperatorWorld(directory, Way.OFFLINE);
        world.insert("a", 1);
        Path file = files.resolve("a.sqlite");
        world.operation(
                operations -> operations.exportObject(operations.find(NAMESPACE, "a"), file));
        String id = world.runtime().namespace().idFromName("a").toString();
        world.close();
        Path restore = Files.createDirectories(directory.resolve("history/restore"));
        String stem = "probe." + id.substring(0, 2) + "." + id;

        Files.copy(file, restore.resolve(stem + ".replace"));
        Files.writeString(restore.resolve(stem + ".1.new"), "torn");
        assertThat(findings(directory), is(empty()));
        Files.write(restore.resolve(stem + ".replace"), new byte[0]);
        assertThat("a deletion", findings(directory), is(empty()));
        Files.writeString(restore.resolve(stem + ".replace"), "odd");

        assertThat(
                findings(directory).stream().map(Finding::path).toList(),
                contains("history/restore/" + stem + ".replace"));
    }

    private static List<Finding> findings(Path root) {
        return Verification.run(root, Progress.none()).findings();
    }

    private Path copy(String name) throws IOException {
        Path target = files.resolve(name);
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path one : all.filter(Files::isRegularFile).toList()) {
                Path to = target.resolve(directory.relativize(one).toString());
                Files.createDirectories(to.getParent());
                Files.copy(one, to);
            }
        }
        return target;
    }
}
