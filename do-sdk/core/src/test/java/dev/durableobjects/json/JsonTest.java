package dev.durableobjects.json;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {

    private enum Colour {
        RED,
        BLUE
    }

    private sealed interface Shape {}

    private record Circle(double radius) implements Shape {}

    private record Square(int side) implements Shape {}

    private record Everything(
            boolean yes,
            int number,
            long big,
            double real,
            String text,
            char letter,
            Colour colour,
            Optional<String> some,
            Optional<String> none,
            List<Integer> list,
            Set<String> set,
            Map<String, Long> map,
            Shape shape,
            Instant instant,
            LocalDate date,
            Duration duration,
            UUID uuid,
            BigInteger integer,
            BigDecimal decimal) {}

    private record Person(String name, int age) {}

    @Test
    void writesAndReadsEveryKindOfValue() {
        Everything value =
                new Everything(
                        true,
                        -1,
                        Long.MIN_VALUE,
                        0.1,
                        "a\"\u0000\uD83D\uDE00</script>",
                        'c',
                        Colour.BLUE,
                        Optional.of("x"),
                        Optional.empty(),
                        List.of(1, 2),
                        Set.of("s"),
                        Map.of("k", 3L),
                        new Square(4),
                        Instant.parse("2026-11-23T10:42:00.123Z"),
                        LocalDate.of(2026, 2, 28),
                        Duration.ofMillis(1500),
                        new UUID(1, 2),
                        BigInteger.TWO.pow(80),
                        new BigDecimal("1.230"));

        Everything read = Json.read(Json.bytes(value), Everything.class);

        assertThat(read, is(value));
    }

    @Test
    void writesAndReadsEveryKindOfTime() {
        OffsetDateTime moment = OffsetDateTime.parse("2026-11-23T10:42:00.5+05:30");
        List<Object> values =
                List.of(
                        moment,
                        moment.toInstant(),
                        moment.toLocalDate(),
                        moment.toLocalTime(),
                        moment.toLocalDateTime(),
                        moment.toOffsetTime(),
                        moment.atZoneSameInstant(ZoneId.of("Europe/Berlin")),
                        Year.of(7),
                        Year.of(Year.MIN_VALUE),
                        Year.of(Year.MAX_VALUE),
                        YearMonth.of(7, 1),
                        YearMonth.of(-12345, 1),
                        YearMonth.of(12345, 12),
                        MonthDay.of(2, 29),
                        Duration.ofSeconds(-1, 5),
                        Period.of(1, -2, 3),
                        ZoneOffset.ofHours(-3));

        for (Object value : values) {
            assertThat(Json.read(Json.text(value), value.getClass()), is(value));
        }
        assertThat(Json.read("\"Europe/Berlin\"", ZoneId.class), is(ZoneId.of("Europe/Berlin")));
        assertThat(Json.text(ZoneId.of("Europe/Berlin")), is("\"Europe/Berlin\""));
    }

    @Test
    void namesTheConstantsThatAreExpected() {
        IllegalArgumentException thrown =
                assertThrows(
                        IllegalArgumentException.class, () -> Json.read("\"PINK\"", Colour.class));

        assertThat(thrown.getMessage(), is("$: expected one of [RED, BLUE], found \"PINK\""));
    }

    @Test
    void writesTheFormsThatTheTablePromises() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("record", new Person("Ann", 3));
        map.put("variant", new Circle(1.5));
        map.put("bytes", new byte[] {1, 2, 3});
        map.put("array", new int[] {1, 2});
        map.put("none", Optional.empty());
        map.put("list", Arrays.asList(1, null));

        assertThat(
                Json.text(map),
                is(
                        """
                        {"record":{"name":"Ann","age":3},"variant":{"@type":"Circle","radius":1.5},\
                        "bytes":"AQID","array":[1,2],"none":null,"list":[1,null]}\
                        """));
    }

    @Test
    void readsWithoutATypeWhatTheDocumentHolds() {
        Object value = Json.read("{\"a\":[1,2.5,\"x\",true,null]}", Object.class);

        assertThat(value, is(Map.of("a", Arrays.asList(1L, 2.5, "x", true, null))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"name\":1}        | $.name: expected a string, found 1",
                "{\"name\":\"x\"}    | $.age: expected int, found nothing",
                "{\"age\":1.5}       | $.age: expected a number (Integer), found 1.5",
                "{\"age\":99999999999} | $.age: expected a number (Integer), found 99999999999",
                "{\"age\":{}}        | $.age: expected a number (Integer), found an object",
                "[]                  | $: expected an object, found an array",
                "null                | $: expected a Person, found nothing",
                "{                   | expected JSON",
                "``                  | expected JSON, found nothing",
                "\ufeff{}           | expected JSON, found a byte order mark in front of it",
            })
    void saysWhereWhatWasExpectedAndWhatWasFound(String json, String message) {
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> Json.read(json, Person.class));

        assertThat(thrown.getMessage(), containsString(message));
    }

    @Test
    void refusesWhatHasNoForm() {
        Object[] cyclic = new Object[1];
        cyclic[0] = cyclic;

        for (Object value :
                List.of(Double.NaN, Thread.currentThread(), Map.of(1.5f, Map.of(List.of(), 1)))) {
            assertThrows(IllegalArgumentException.class, () -> Json.bytes(value));
        }
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> Json.bytes(cyclic));
        assertThat(thrown.getMessage(), containsString("is it cyclic?"));
    }

    @Test
    void doesNotExpandAShortNumberToGigabytes() {
        for (Class<?> type : List.of(BigInteger.class, Object.class)) {
            assertThrows(IllegalArgumentException.class, () -> Json.read("1e999999999", type));
        }
    }
}
