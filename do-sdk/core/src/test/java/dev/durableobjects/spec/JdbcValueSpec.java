package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.helidon.common.mapper.MapperException;
import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbColumn;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What values become that go through `storage.dbClient()` and `storage.dataSource()`.
@Timeout(60)
class JdbcValueSpec {

    private static final UUID ID = new UUID(1, 2);

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

    @Test
    void anIntegerIsALongWhateverItsValue() throws Exception {
        in(self -> {
            for (long value : List.of(1L, 3_000_000_000L, -1L)) {
                assertThat(stored(self, value), is((Object) value));
                DbColumn column = column(self, value);
                assertThat(column.get(Object.class), is((Object) value));
                assertThat(column.javaType(), is((Object) Long.class));
                assertThat(column.getLong(), is(value));
                assertThat(column.getString(), is(Long.toString(value)));
            }
            assertThat(stored(self, new byte[0]) instanceof byte[], is(true));
            assertThat(stored(self, 1.5), is((Object) 1.5));
        });
    }

    @Test
    void dbClientReadsAColumnAsWhatItHolds() throws Exception {
        in(self -> {
            DbColumn seven = column(self, 7);
            assertThat(seven.getInt(), is(7));
            assertThat(seven.asInt().get(), is(7));
            assertThat(seven.getDouble(), is(7.0));
            assertThat(seven.getBoolean(), is(true));
            assertThat(seven.get(Short.class), is((short) 7));
            assertThat(seven.get(Instant.class), is(Instant.ofEpochMilli(7)));
            assertThat(seven.get(BigDecimal.class), is(BigDecimal.valueOf(7)));
            assertThat(column(self, 1.5).get(Float.class), is(1.5f));
            assertThat(column(self, ID).get(UUID.class), is(ID));
            assertThat(column(self, "12").getInt(), is(12));
            assertThat(column(self, "DAYS").get(TimeUnit.class), is(TimeUnit.DAYS));
        });
    }

    @Test
    void dbClientRoundsNothing() throws Exception {
        in(self -> {
            MapperException big =
                    assertThrows(
                            MapperException.class, () -> column(self, 3_000_000_000L).getInt());
            assertThat(causes(big), containsString("the INTEGER 3000000000, which is not a Int"));
            MapperException half =
                    assertThrows(MapperException.class, () -> column(self, 1.5).getLong());
            assertThat(causes(half), containsString("the REAL 1.5, which is not a Long"));
        });
    }

    @Test
    void whatJdbcBindsIsStoredAsSqlDoes() throws Exception {
        Map<Object, Object> values = new LinkedHashMap<>();
        values.put(Instant.ofEpochMilli(7), 7L);
        values.put(new Timestamp(7), 7L);
        values.put(true, 1L);
        values.put((byte) 1, 1L);
        values.put(TimeUnit.DAYS, "DAYS");
        values.put(ID, ID.toString());
        values.put(new BigDecimal("1.10"), "1.10");
        values.put(BigInteger.TWO.pow(64), "18446744073709551616");
        values.put(LocalDate.of(2026, 1, 2), "2026-01-02");
        values.put('c', "c");

        in(self -> {
            for (Map.Entry<Object, Object> value : values.entrySet()) {
                assertThat(stored(self, value.getKey()), is(value.getValue()));
                DbColumn column = column(self, value.getKey());
                assertThat(column.get(Object.class), is(value.getValue()));
            }
        });
    }

    @Test
    void whatHasNoStoredFormIsRefused() throws Exception {
        in(self -> {
            for (Object value : List.of(new Object(), List.of())) {
                String words = "binding 1 has type " + value.getClass().getName();
                SQLException refused = assertThrows(SQLException.class, () -> stored(self, value));
                assertThat(refused.getMessage(), containsString(words));
            }
            assertThrows(SQLException.class, () -> stored(self, Instant.MAX));
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> column(self, Instant.MAX));
            assertThat(refused.getMessage(), containsString("too far from the epoch"));
        });
    }

    /// What a test does in an object.
    private interface Body {
        void run(Probe self) throws Exception;
    }

    private void in(Body body) throws Exception {
        runtime.in(
                "a",
                (self, x) -> {
                    body.run(self);
                    return "";
                });
    }

    private static Object stored(Probe self, Object value) throws SQLException {
        try (Connection connection = self.ctx().storage().dataSource().getConnection();
                PreparedStatement echo = connection.prepareStatement("SELECT ?")) {
            echo.setObject(1, value);
            try (ResultSet rows = echo.executeQuery()) {
                rows.next();
                return rows.getObject(1);
            }
        }
    }

    private static DbColumn column(Probe self, Object value) {
        DbClient client = self.ctx().storage().dbClient();
        return client.execute()
                .createGet("SELECT ? AS v")
                .addParam(value)
                .execute()
                .orElseThrow()
                .column("v");
    }

    private static String causes(Throwable thrown) {
        StringBuilder messages = new StringBuilder();
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            messages.append(each.getMessage()).append('\n');
        }
        return messages.toString();
    }
}
