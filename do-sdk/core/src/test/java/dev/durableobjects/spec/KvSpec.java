package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.kv.KvListing;
import dev.durableobjects.kv.KvStorage;
import dev.durableobjects.kv.ListOptions;
import dev.durableobjects.sql.SqlStorageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What `storage.kv()` keeps, and in which order.
@Timeout(60)
class KvSpec {

    /// A value that a user would store.
    record Seat(String number, Optional<String> occupant, List<Instant> changes) {}

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory);
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    private interface KvTask {
        void run(KvStorage kv) throws Exception;
    }

    private void in(KvTask task) throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    task.run(self.ctx().storage().kv());
                    return "";
                });
    }

    @Test
    void aValueIsThereInTheNextEventAndAfterARestart() throws Exception {
        Seat seat = new Seat("1A", Optional.of("Ada"), List.of(Instant.EPOCH));
        in(kv -> kv.put("seat", seat));
        in(kv -> assertThat(kv.get("seat", Seat.class), is(Optional.of(seat))));
        runtime.close();
        runtime = new ProbeRuntime(directory);

        in(kv -> assertThat(kv.get("seat", Seat.class), is(Optional.of(seat))));
    }

    @Test
    void eachKindOfValueComesBack() throws Exception {
        in(kv -> {
            kv.put("text", "seat \uD83D\uDCBA");
            kv.put("whole", Long.MAX_VALUE);
            kv.put("truth", true);
            kv.put("bytes", new byte[] {0, -1, 1});
            kv.put("array", List.of("x", "y"));
            kv.put("map", Map.of("k", 1));

            assertThat(kv.get("text", String.class), is(Optional.of("seat \uD83D\uDCBA")));
            assertThat(kv.get("whole", Long.class), is(Optional.of(Long.MAX_VALUE)));
            assertThat(kv.get("truth", Boolean.class), is(Optional.of(true)));
            assertArrayEquals(new byte[] {0, -1, 1}, kv.get("bytes", byte[].class).orElseThrow());
            assertArrayEquals(
                    new String[] {"x", "y"}, kv.get("array", String[].class).orElseThrow());
            assertThat(kv.get("map", Object.class), is(Optional.of(Map.of("k", 1L))));
        });
    }

    @Test
    void aValueOfAnotherTypeIsAnErrorThatSaysWhat() throws Exception {
        in(kv -> {
            kv.put("seat", "1A");
            kv.put("bytes", new byte[] {1});

            assertThat(
                    assertThrows(IllegalStateException.class, () -> kv.get("seat", Integer.class))
                            .getMessage(),
                    startsWith("the value of key 'seat' is not a Integer: $: expected"));
            assertThat(
                    assertThrows(IllegalStateException.class, () -> kv.get("bytes", String.class))
                            .getMessage(),
                    is("the value of key 'bytes' is not a String: it holds bytes"));
        });
    }

    @Test
    void readingMakesNoFile() throws Exception {
        in(kv -> {
            assertThat(kv.get("x", String.class), is(Optional.empty()));
            assertThat("there was one", kv.delete("x"), is(false));
            assertThat(kv.delete(List.of("x", "y")), is(0));
            assertThat(kv.list(String.class).toMap(), is(Map.of()));
            kv.put(Map.of());
        });

        assertThat(objectFiles(), is(empty()));
    }

    @Test
    void keysAreInTheOrderOfTheirBytes() throws Exception {
        in(kv -> {
            List<String> keys =
                    List.of("", "A", "a", "a\0", "a\0b", "aa", "é", "\uFFFD", "\uD83D\uDCBA");
            for (String key : keys.reversed()) {
                kv.put(key, key);
            }

            assertThat(List.copyOf(kv.list(String.class).toMap().keySet()), is(keys));
            assertThat(List.copyOf(kv.get(keys.reversed(), String.class).keySet()), is(keys));
            ListOptions behind = ListOptions.all().startAfter("a");
            assertThat(
                    List.copyOf(kv.list(String.class, behind).toMap().keySet()),
                    is(keys.subList(3, keys.size())));
        });
    }

    @Test
    void aPrefixEndsWhereTheNextOneBegins() throws Exception {
        in(kv -> {
            String last = Character.toString(Character.MAX_CODE_POINT);
            for (String key :
                    List.of("p", "p" + last, "p" + last + last, "q", last, "\uD7FF", "\uE000")) {
                kv.put(key, 1);
            }

            assertThat(
                    keys(kv, ListOptions.all().prefix("p")),
                    contains("p", "p" + last, "p" + last + last));
            assertThat(
                    keys(kv, ListOptions.all().prefix("p" + last)),
                    contains("p" + last, "p" + last + last));
            assertThat(keys(kv, ListOptions.all().prefix(last)), contains(last));
            assertThat(keys(kv, ListOptions.all().prefix("\uD7FF")), contains("\uD7FF"));
        });
    }

    @Test
    void rangeAndPrefixIntersect() throws Exception {
        in(kv -> {
            for (String key : List.of("ba", "bb", "bc", "bd", "c")) {
                kv.put(key, 1);
            }

            ListOptions range = ListOptions.all().prefix("b").start("bb").end("bd");
            assertThat(keys(kv, range), contains("bb", "bc"));
            assertThat(keys(kv, range.reverse()), contains("bc", "bb"));
            assertThat(keys(kv, range.reverse().limit(1)), contains("bc"));
            assertThat(keys(kv, ListOptions.all().start("x").end("a")), is(empty()));
        });
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThat(
                assertThrows(IllegalArgumentException.class, () -> ListOptions.all().limit(0))
                        .getMessage(),
                is("List limit must be positive."));
        assertThat(
                assertThrows(
                                IllegalArgumentException.class,
                                () -> ListOptions.all().start("a").startAfter("b"))
                        .getMessage(),
                is("list() cannot be called with both start and startAfter values."));
    }

    @Test
    void aNewListingEndsTheOneBefore() throws Exception {
        in(kv -> {
            kv.put(Map.of("a", 1, "b", 2, "c", 3));
            KvListing<Integer> first = kv.list(Integer.class);
            first.next();
            KvListing<Integer> second = kv.list(Integer.class);

            assertThat(
                    assertThrows(IllegalStateException.class, first::hasNext).getMessage(),
                    startsWith("kv.list() iterator was invalidated because a new call to"));
            assertThat(second.toList().size(), is(3));
        });
    }

    @Test
    void aListingEndsWithItsEvent() throws Exception {
        KvListing<?>[] kept = new KvListing<?>[1];
        in(kv -> {
            kv.put(Map.of("a", 1, "b", 2));
            kept[0] = kv.list(Integer.class);
        });

        in(kv -> assertThrows(IllegalStateException.class, () -> kept[0].next()));
        assertThrows(IllegalStateException.class, () -> kept[0].next());
    }

    @Test
    void manyAreStoredTogetherOrNotAtAll() throws Exception {
        in(kv -> {
            kv.put("before", 1);
            Map<String, Object> entries = new LinkedHashMap<>();
            entries.put("x", 1);
            entries.put("y", new byte[5 << 20]);

            SqlStorageException refused =
                    assertThrows(SqlStorageException.class, () -> kv.put(entries));

            assertThat(refused.getMessage(), containsString("SQLITE_TOOBIG"));
            assertThat(keys(kv, ListOptions.all()), contains("before"));
        });
    }

    @Test
    void badKeysAndValuesAreRefused() throws Exception {
        in(kv -> {
            assertThrows(IllegalArgumentException.class, () -> kv.put("\uD83D", 1));
            assertThrows(IllegalArgumentException.class, () -> kv.get("\uDCBA", String.class));
            assertThrows(IllegalArgumentException.class, () -> kv.put("thread", new Thread()));
            assertThrows(IllegalArgumentException.class, () -> kv.put("half", List.of("\uD83D")));
            assertThrows(IllegalArgumentException.class, () -> kv.put("no", Optional.empty()));
        });
    }

    @Test
    void keysAndValuesShareTheTransactionWithSql() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.createTable();
                    KvStorage kv = self.ctx().storage().kv();
                    assertThrows(
                            IllegalStateException.class,
                            () ->
                                    self.ctx()
                                            .storage()
                                            .transactionSync(() -> {
                                                self.insert(1);
                                                kv.put("k", 1);
                                                throw new IllegalStateException("undo");
                                            }));
                    assertThat(self.values(), is(empty()));
                    assertThat(kv.get("k", Integer.class), is(Optional.empty()));
                    kv.put("k", 2); // The table is made again.
                    assertThat(kv.get("k", Integer.class), is(Optional.of(2)));
                    return "";
                });
    }

    @Test
    void sqlCannotReachTheTable() throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    self.ctx().storage().kv().put("k", 1);
                    self.createTable();
                    for (String sql :
                            List.of(
                                    "SELECT * FROM _cf_KV",
                                    "SELECT value FROM \"_CF_kv\" WHERE key = ?1 OR 1",
                                    "SELECT * FROM '_cf_KV'",
                                    "INSERT INTO _cf_KV VALUES ('x', '1')",
                                    "UPDATE [_cf_KV] SET value = 1",
                                    "DELETE FROM `_cf_KV`",
                                    "INSERT INTO t SELECT key FROM main._cf_KV")) {
                        Object[] bindings = sql.contains("?1") ? new Object[] {"k"} : new Object[0];
                        SqlStorageException refused =
                                assertThrows(
                                        SqlStorageException.class,
                                        () -> self.ctx().storage().sql().exec(sql, bindings),
                                        sql);
                        assertThat(
                                refused.getMessage(),
                                is("access to _cf_KV.key is prohibited: SQLITE_AUTH"));
                    }
                    return "";
                });
    }

    private static List<String> keys(KvStorage kv, ListOptions options) {
        return List.copyOf(kv.list(Integer.class, options).toMap().keySet());
    }

    private List<Path> objectFiles() throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.getFileName().toString().length() > 64).toList();
        }
    }
}
