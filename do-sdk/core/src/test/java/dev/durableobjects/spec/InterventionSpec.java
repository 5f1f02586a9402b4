package dev.durableobjects.spec;

import static dev.durableobjects.spec.OperatorWorld.NAMESPACE;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectException.Kind;
import dev.durableobjects.Limit;
import dev.durableobjects.operations.ObjectQuery;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.operations.StoredObject;
import dev.durableobjects.spec.OperatorWorld.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of an object in memory, and of those who use it, when an operator changes it.
@Timeout(120)
class InterventionSpec {

    private static final int WRITERS = 64;
    private static final int CHANGES = 30;

    @TempDir private Path directory;
    @TempDir private Path files;

    private OperatorWorld world;

    @AfterEach
    void close() {
        if (world != null) {
            world.close();
        }
    }

    private void start() {
        world = new OperatorWorld(directory, Way.LIVE);
    }

    private Operations operations() {
        return world.runtime().objects().operations();
    }

    private StoredObject object(String name) {
        return operations().object(NAMESPACE, name);
    }

    @Test
    void itIsDoneWhenTheCallReturnsWithoutAnInstance() throws Exception {
        start();
        world.insert("a", 1);
        Bookmark undo = operations().delete(object("a")).orElseThrow();
        world.runtime().constructed.clear();

        operations().rewind(object("a"), undo);

        assertThat("history/restore", Files.exists(directory.resolve("history/restore")), is(true));
        assertThat(restores(), is(empty()));
        assertThat(OperatorWorld.names(operations(), ObjectQuery.of(NAMESPACE)), contains("a"));
        assertThat(world.runtime().constructed, is(empty()));
        assertThat(world.values("a"), contains(1L));
    }

    private List<Path> restores() throws Exception {
        try (Stream<Path> all = Files.list(directory.resolve("history/restore"))) {
            return all.toList();
        }
    }

    @Test
    void whoIsInsideFinishesFirstAndTheOthersAreToldWhy() throws Exception {
        start();
        world.insert("a", 1);
        CountDownLatch isOut = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        CountDownLatch mayComeBack = new CountDownLatch(1);
        CompletableFuture<Object> out =
                world.runtime()
                        .start(
                                "a",
                                self -> {
                                    self.ctx()
                                            .await(() -> {
                                                isOut.countDown();
                                                mayComeBack.await();
                                                return null;
                                            });
                                    return "back";
                                });
        isOut.await();
        CompletableFuture<Object> inside =
                world.runtime()
                        .start(
                                "a",
                                self -> {
                                    self.log().add("inside");
                                    mayEnd.await();
                                    self.insert(2);
                                    return "done";
                                });
        world.runtime().awaitLog("inside");
        CompletableFuture<Bookmark> undo = new CompletableFuture<>();
        Thread operator =
                Thread.ofVirtual()
                        .start(() -> undo.complete(operations().delete(object("a")).orElseThrow()));
        while (operator.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        CompletableFuture<Object> waiting = world.runtime().blocked("a", self -> "never").result();

        mayEnd.countDown();

        undo.get(30, TimeUnit.SECONDS);
        assertThat(
                "its writes count, and its caller may be told so in time or not",
                inside.handle((result, failure) -> failure == null ? result : "done")
                        .get(30, TimeUnit.SECONDS),
                is("done"));
        mayComeBack.countDown();
        for (CompletableFuture<Object> lost : List.of(waiting, out)) {
            DurableObjectException reset = ProbeRuntime.resetOf(lost);
            assertThat(reset.kind(), is(Kind.ABORTED));
            assertThat(reset.getMessage(), containsString("deleted by an operator; call it again"));
        }
        assertThat(world.values("a"), is(empty()));
        operations().rewind(object("a"), undo.get());
        assertThat("what was acknowledged is in history", world.values("a"), contains(1L, 2L));
    }

    @Test
    void anEventThatKeepsTheObjectTooLongIsBrokenOff() throws Exception {
        world =
                new OperatorWorld(
                        directory,
                        Way.LIVE,
                        builder -> builder.limit(Limit.COMMIT_SECONDS, 1),
                        config -> {});
        world.insert("a", 1);
        CountDownLatch never = new CountDownLatch(1);
        CompletableFuture<Object> stuck =
                world.runtime()
                        .start(
                                "a",
                                self -> {
                                    self.log().add("inside");
                                    never.await();
                                    return null;
                                });
        world.runtime().awaitLog("inside");

        operations().delete(object("a"));

        assertThat(world.values("a"), is(empty()));
        never.countDown();
        assertThat(ProbeRuntime.resetOf(stuck).kind(), is(Kind.ABORTED));
    }

    @Test
    void anObjectIsNotChangedFromInside() throws Exception {
        start();
        world.insert("a", 1);
        world.insert("b", 1);

        assertThrows(
                IllegalStateException.class,
                () ->
                        world.runtime()
                                .in("b", (self, argument) -> operations().delete(object("a"))));

        assertThat(world.values("a"), contains(1L));
    }

    @Test
    void socketsEndWhetherTheirObjectIsInMemoryOrNot() throws Exception {
        try (SocketWorld sockets = new SocketWorld(directory);
                RawWebSocket awake = sockets.connect("a");
                RawWebSocket asleep = sockets.connect("b")) {
            Operations operations = sockets.runtime.objects().operations();
            sockets.hibernate();
            awake.sendText("1");
            assertThat(awake.readText(), is("echo 1"));

            operations.delete(operations.find(NAMESPACE, "a"));
            operations.delete(operations.find(NAMESPACE, "b"));

            awake.assertAtEnd();
            asleep.assertAtEnd();
            assertThat(sockets.sockets("a"), is(0));
            assertThat(sockets.sockets("b"), is(0));
        }
    }

    /// Writers go on while the operator deletes, rewinds and imports: whatever was acknowledged is
    /// in the object at its end, or in one of the states that the operator has put away.
    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        start();
        world.insert("a", -1L);
        Path file = files.resolve("a.sqlite");
        operations().exportObject(object("a"), file);
        Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
        AtomicInteger ends = new AtomicInteger();
        AtomicReference<Throwable> odd = new AtomicReference<>();
        world.runtime()
                .script(
                        "write",
                        (self, argument) -> {
                            self.createTable();
                            self.insert(Long.parseLong(argument));
                            return null;
                        });
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            long from = i * 1_000_000L;
            writers.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                for (long n = from; ends.get() == 0; n++) {
                                    write(n, acknowledged, odd);
                                }
                            }));
        }

        List<Bookmark> undos = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            Optional<Bookmark> undo =
                    switch (i % 3) {
                        case 0 -> operations().importObject(object("a"), file);
                        case 1 -> Optional.of(operations().rewind(object("a"), undos.getFirst()));
                        default -> operations().delete(object("a"));
                    };
            undos.add(undo.orElseThrow());
            awaitMore(acknowledged);
        }
        ends.set(1);
        for (Thread writer : writers) {
            writer.join();
        }

        assertThat(odd.get() == null ? "" : odd.get().toString(), is(""));
        Set<Object> found = new HashSet<>(world.values("a"));
        for (Bookmark undo : undos) {
            operations().rewind(object("a"), undo);
            found.addAll(world.values("a"));
        }
        Set<Long> lost = new HashSet<>(acknowledged);
        lost.removeAll(found);
        assertThat(lost, is(empty()));
    }

    private void write(long number, Set<Long> acknowledged, AtomicReference<Throwable> odd) {
        try {
            world.runtime().stub("a").rpc().run("write", Long.toString(number));
            acknowledged.add(number);
        } catch (DurableObjectException e) {
            if (e.kind() != Kind.ABORTED || !String.valueOf(e.getMessage()).contains("operator")) {
                odd.set(e);
            }
        } catch (Exception e) {
            odd.set(e);
        }
    }

    private static void awaitMore(Set<Long> acknowledged) {
        int before = acknowledged.size();
        while (acknowledged.size() < before + WRITERS) {
            Thread.onSpinWait();
        }
    }

    @Test
    void severalOperatorsComeOneAfterTheOther() throws Exception {
        start();
        world.insert("a", 1);
        Path file = files.resolve("a.sqlite");
        operations().exportObject(object("a"), file);
        world.insert("a", 2);

        List<CompletableFuture<Bookmark>> all = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            all.add(
                    ProbeRuntime.started(
                            () -> operations().importObject(object("a"), file).orElseThrow()));
        }
        List<List<?>> undone = new ArrayList<>();
        for (CompletableFuture<Bookmark> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        for (CompletableFuture<Bookmark> one : all) {
            operations().rewind(object("a"), one.get());
            undone.add(world.values("a"));
        }

        assertThat(undone.stream().filter(values -> values.size() == 2).count(), is(1L));
        assertThat(undone.stream().filter(values -> values.size() == 1).count(), is(15L));
    }

    @Test
    void whatWasPreparedBeforeACrashIsDoneByTheNextStart() throws Exception {
        start();
        world.insert("a", 1);
        world.setAlarm("a", Instant.parse("2200-01-01T00:00:00Z"));
        Path file = files.resolve("a.sqlite");
        operations().exportObject(object("a"), file);
        OperatorWorld.change(
                file,
                "UPDATE t SET v = 7",
                "UPDATE _do_schedules SET scheduled_at = 1, due_at = 1",
                "PRAGMA journal_mode = WAL");
        String id = object("a").id().toString();
        world.close();

        String stem = "probe." + id.substring(0, 2) + "." + id;
        Files.createDirectories(directory.resolve("history/restore"));
        Files.copy(file, directory.resolve("history/restore/" + stem + ".replace"));
        Files.writeString(directory.resolve("history/restore/" + stem + ".sqlite"), "older");
        Files.writeString(directory.resolve("history/restore/" + stem + ".3.new"), "torn");
        start();

        assertThat(world.values("a"), contains(7L));
        assertThat("its own alarm", world.alarms.poll(30, TimeUnit.SECONDS), is("a"));
        assertThat(restores(), is(empty()));
    }
}
