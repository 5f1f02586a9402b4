package dev.durableobjects;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LimitTest {

    @Test
    void theReferenceListsEveryLimitAsItIs() throws IOException {
        String table =
                Arrays.stream(Limit.values())
                        .map(limit ->
                                "| `%s` | %d | %s |"
                                        .formatted(limit.key(), limit.standard(), limit.reason()))
                        .collect(Collectors.joining("\n"));

        String reference =
                Files.readString(Path.of("..", "..", "docs", "reference", "configuration.md"));

        assertThat(reference, containsString(table));
    }
}
