package dev.durableobjects.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.Json;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.List;

/// The files of the cases, one line each.
final class CaseFile {

    private CaseFile() {}

    static List<Case> read() {
        return lines("cases.jsonl").stream()
                .map(line -> {
                    try (JsonReader reader = Json.createReader(new StringReader(line))) {
                        return Case.of(reader.readObject());
                    }
                })
                .toList();
    }

    /// Returns the lines of a file that lies beside this class, without blanks and comments.
    static List<String> lines(String file) {
        try (InputStream in = CaseFile.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
