package dev.durableobjects.example.seatbooking;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The code in documents is cut from sources that are compiled and tested, and the tutorial leaves
/// none of the example's code out.
class TutorialTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path EXAMPLE = ROOT.resolve("seat-booking-example/src/main/java");
    private static final Pattern BLOCK =
            Pattern.compile("^```(\\w*)([^\\n]*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final List<String> NOT_CODE = List.of("sh", "text");
    private static final Pattern VERSION =
            Pattern.compile("<(helidon\\.version|version)>([^<]+)</");

    @ParameterizedTest
    @CsvSource({"docs/tutorial.md, 20", "README.md, 2"})
    void everyBlockIsCutFromASource(String document, int blocksMin) throws IOException {
        List<Block> blocks = blocks(document);
        List<String> wrong = new ArrayList<>();

        for (Block block : blocks) {
            if (block.start() < 0) {
                wrong.add("not in %s:\n%s".formatted(block.file, block.text));
            }
        }

        assertThat(blocks.size(), is(greaterThan(blocksMin - 1)));
        assertThat(String.join("\n", wrong), wrong, is(empty()));
    }

    @Test
    void theTutorialShowsEveryLineOfTheExample() throws IOException {
        Map<Path, BitSet> shown = new HashMap<>();
        for (Block block : blocks("docs/tutorial.md")) {
            int start = block.start();
            shown.computeIfAbsent(block.file, file -> new BitSet())
                    .set(start, start + block.lines().size());
        }
        List<String> missing = new ArrayList<>();
        try (Stream<Path> files = Files.walk(EXAMPLE)) {
            for (Path file : (Iterable<Path>) files.filter(TutorialTest::isCode)::iterator) {
                List<String> lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    boolean isPlain = lines.get(i).isBlank() || lines.get(i).strip().equals("}");
                    if (!isPlain && !shown.getOrDefault(file, new BitSet()).get(i)) {
                        missing.add(file.getFileName() + ": " + lines.get(i));
                    }
                }
            }
        }

        assertThat(String.join("\n", missing), missing, is(empty()));
    }

    @Test
    void theTutorialsPomHasTheVersionsOfThisBuild() throws IOException {
        String ours = Files.readString(ROOT.resolve("pom.xml"));
        List<String> unknown = new ArrayList<>();

        Matcher version = VERSION.matcher(Files.readString(ROOT.resolve("docs/tutorial-pom.xml")));
        version.find(); // The tutorial's own version comes first.
        while (version.find()) {
            if (!ours.contains(">" + version.group(2) + "<")) {
                unknown.add(version.group());
            }
        }

        assertThat(unknown, is(empty()));
    }

    private static boolean isCode(Path file) {
        return file.toString().endsWith(".java") && !file.endsWith("package-info.java");
    }

    private static List<Block> blocks(String document) throws IOException {
        List<Block> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(Files.readString(ROOT.resolve(document)));
        while (block.find()) {
            if (!NOT_CODE.contains(block.group(1))) {
                String file = block.group(2).strip().replaceFirst("^file=", "");
                blocks.add(new Block(ROOT.resolve(file), block.group(3)));
            }
        }
        return blocks;
    }

    /// A block of code and the file it claims to be cut from.
    private record Block(Path file, String text) {

        List<String> lines() {
            return text.lines().toList();
        }

        /// Returns the line of the file at which the block begins, or -1.
        int start() throws IOException {
            List<String> lines = Files.readAllLines(file);
            int count = lines().size();
            for (int at = 0; at + count <= lines.size(); at++) {
                String part = String.join("\n", lines.subList(at, at + count)).stripIndent();
                if (part.lines().toList().equals(lines())) {
                    return at;
                }
            }
            return -1;
        }
    }
}
