package dev.durableobjects.example.seatbooking;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The code in documents is cut from sources that are compiled and tested.
class TutorialTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern BLOCK =
            Pattern.compile("^```(\\w*)([^\\n]*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final List<String> NOT_CODE = List.of("sh", "text");

    @ParameterizedTest
    @CsvSource({"docs/tutorial.md, 20", "README.md, 2"})
    void everyBlockIsCutFromASource(String document, int blocksMin) throws IOException {
        List<String> wrong = new ArrayList<>();
        int blocks = 0;
        Matcher block = BLOCK.matcher(Files.readString(ROOT.resolve(document)));
        while (block.find()) {
            if (NOT_CODE.contains(block.group(1))) {
                continue;
            }
            blocks++;
            String file = block.group(2).strip();
            if (!file.startsWith("file=")) {
                wrong.add("a block without file=: " + block.group(3));
            } else if (!isCutFrom(ROOT.resolve(file.substring(5)), block.group(3))) {
                wrong.add("not in %s:\n%s".formatted(file, block.group(3)));
            }
        }

        assertThat(blocks, is(greaterThan(blocksMin - 1)));
        assertThat(String.join("\n", wrong), wrong, is(empty()));
    }

    private static boolean isCutFrom(Path source, String block) throws IOException {
        List<String> wanted = block.lines().toList();
        List<String> lines = Files.readAllLines(source);
        for (int at = 0; at + wanted.size() <= lines.size(); at++) {
            List<String> part = lines.subList(at, at + wanted.size());
            if (String.join("\n", part).stripIndent().lines().toList().equals(wanted)) {
                return true;
            }
        }
        return false;
    }
}
