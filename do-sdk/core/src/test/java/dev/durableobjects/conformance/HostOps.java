package dev.durableobjects.conformance;

import dev.durableobjects.http.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The runtime around the object: calls from outside, restarts, files.
final class HostOps {

    private HostOps() {}

    static void addTo(Map<String, Op> ops) {
        ops.put("stub.call", (Op.Outside) HostOps::call);
        ops.put(
                "stub.fetch",
                (Op.Outside) (world, step) -> world.stub().fetch(Request.get("/")).text());
        ops.put(
                "openDb",
                (Op.Outside)
                        (world, step) -> {
                            world.event().run(ctx -> ctx.storage().sql().databaseSize()).get();
                            return world.turn().get();
                        });
        ops.put("closeDb", (Op.Outside) HostOps::restart);
        ops.put("host.restart", (Op.Outside) HostOps::restart);
        ops.put("listFiles", (Op.Outside) (world, step) -> files(world));
    }

    private static Object call(CaseWorld world, Step step) {
        world.endEvent();
        CaseApi object = world.stub().rpc();
        return switch (step.text("method")) {
            case "foo" -> object.foo();
            case "thisCheck" -> object.thisCheck();
            case "throwingMethod" -> object.throwingMethod();
            default -> throw new AssertionError("no method " + step.text("method"));
        };
    }

    private static Object restart(CaseWorld world, Step step) throws Exception {
        world.turn().get();
        world.stop();
        return null;
    }

    /// Returns the files of the objects, by the name that the cases give to the only one.
    private static List<String> files(CaseWorld world) throws IOException {
        world.endEvent();
        String id = world.stub().id().toString();
        try (Stream<Path> files = Files.walk(world.directory())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(id))
                    .map(name -> name.replace(id, "foo").replaceFirst("\\.sqlite|\\.db", ""))
                    .sorted()
                    .toList();
        }
    }
}
