package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketPair;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Sockets are found again by their tags.
@Timeout(60)
class SocketTagSpec {

    private static final List<String> TEN =
            IntStream.range(0, 10).mapToObj(String::valueOf).toList();

    @TempDir private Path directory;
    private SocketWorld world;

    @BeforeEach
    void start() {
        world = new SocketWorld(directory);
        for (String name : List.of("alice", "bob")) {
            world.runtime.script(
                    name, (self, x) -> SocketWorld.accept(self, List.of(name, "people")));
        }
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void aTagAddressesItsSocketsAcrossHibernation() throws Exception {
        try (RawWebSocket alice = world.connect("a", "alice");
                RawWebSocket bob = world.connect("a", "bob")) {
            world.hibernate();

            world.runtime.in(
                    "a",
                    (self, x) -> {
                        self.ctx().webSockets("alice").forEach(one -> one.send("for alice"));
                        self.ctx().webSockets("people").forEach(one -> one.send("for all"));
                        self.ctx().webSockets("nobody").forEach(one -> one.send("for nobody"));
                        return "";
                    });

            assertThat(alice.readText(), is("for alice"));
            assertThat(alice.readText(), is("for all"));
            assertThat(bob.readText(), is("for all"));
        }
    }

    @Test
    void allComeNewestFirstAndThoseOfATagOldestFirst() throws Exception {
        try (RawWebSocket alice = world.connect("a", "alice");
                RawWebSocket bob = world.connect("a", "bob")) {
            assertThat(tags("a", ""), contains("bob", "alice"));
            assertThat(tags("a", "people"), contains("alice", "bob"));
            alice.assertExhausted();
            bob.assertExhausted();
        }
    }

    @Test
    void aSocketThatHasClosedIsNotFoundByItsTagAnyMore() throws Exception {
        try (RawWebSocket alice = world.connect("a", "alice");
                RawWebSocket bob = world.connect("a", "bob")) {
            alice.sendClose(1000, "");
            alice.readAnswer();
            world.awaitLog(1);

            assertThat(tags("a", "people"), contains("bob"));
            assertThat(tags("a", "alice"), is(List.of()));
            bob.assertExhausted();
        }
    }

    @Test
    void oneThatTheObjectHasClosedDoesNotBreakABroadcast() throws Exception {
        try (RawWebSocket alice = world.connect("a", "alice");
                RawWebSocket bob = world.connect("a", "bob")) {
            world.runtime.in(
                    "a",
                    (self, x) -> {
                        self.ctx().webSockets("bob").forEach(one -> one.close(4_001, "bye"));
                        self.ctx().webSockets().forEach(one -> one.send("for all"));
                        self.ctx().webSockets("people").forEach(one -> one.send("for people"));
                        return "";
                    });

            assertThat(alice.readText(), is("for all"));
            assertThat(alice.readText(), is("for people"));
            assertThat(bob.readAnswer().opcode(), is(RawWebSocket.CLOSE));
        }
    }

    @Test
    void tagsComeBackWithoutDuplicatesAndStayTheSame() throws Exception {
        world.runtime.in(
                "a",
                (self, x) -> {
                    WebSocket socket = WebSocketPair.create().server();
                    self.ctx().acceptWebSocket(socket, List.of("a", "b", "a"));

                    assertThat(self.ctx().tags(socket), contains("a", "b"));
                    return "";
                });
        world.hibernate();

        assertThat(
                world.runtime.in(
                        "a", (self, x) -> self.ctx().tags(self.ctx().webSockets().getFirst())),
                is(List.of("a", "b")));
    }

    @Test
    void tooManyAndTooLongTagsAreRefusedInCloudflaresWords() throws Exception {
        assertThat(refusal(TEN), is(""));
        assertThat(refusal(Collections.nCopies(20, "the same")), is(""));
        assertThat(
                "even a duplicate, once there are ten",
                refusal(IntStream.range(0, 11).mapToObj(i -> TEN.get(i % 10)).toList()),
                is("a Hibernatable WebSocket cannot have more than 10 tags"));
        assertThat(refusal(List.of("x".repeat(256))), is(""));
        assertThat(
                refusal(List.of("x".repeat(257))),
                is(
                        "\"%s\" is longer than the max tag length (256 characters)."
                                .formatted("x".repeat(257))));
    }

    @Test
    void onlySocketsThatMayHibernateHaveTags() throws Exception {
        world.runtime.in(
                "a",
                (self, x) -> {
                    WebSocket fresh = WebSocketPair.create().server();
                    String before =
                            assertThrows(IllegalStateException.class, () -> self.ctx().tags(fresh))
                                    .getMessage();
                    self.ctx().accept(fresh, (socket, message) -> {});
                    String after =
                            assertThrows(IllegalStateException.class, () -> self.ctx().tags(fresh))
                                    .getMessage();

                    assertThat(
                            before,
                            is(
                                    "you must call 'acceptWebSocket()' before attempting to access"
                                            + " the tags of a WebSocket."));
                    assertThat(after, is("only hibernatable websockets can have tags."));
                    return "";
                });
    }

    /// Returns the first tags of the sockets that have a tag, or of all.
    private List<?> tags(String object, String tag) throws Exception {
        return (List<?>)
                world.runtime.in(
                        object,
                        (self, x) ->
                                (tag.isEmpty()
                                                ? self.ctx().webSockets()
                                                : self.ctx().webSockets(tag))
                                        .stream()
                                                .map(one -> self.ctx().tags(one).getFirst())
                                                .toList());
    }

    private String refusal(List<String> tags) throws Exception {
        return (String)
                world.runtime.in(
                        "a",
                        (self, x) -> {
                            try {
                                self.ctx().acceptWebSocket(WebSocketPair.create().server(), tags);
                                return "";
                            } catch (IllegalArgumentException e) {
                                return e.getMessage();
                            }
                        });
    }
}
