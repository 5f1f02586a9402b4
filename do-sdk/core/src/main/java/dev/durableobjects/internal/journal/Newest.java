package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// The number of the newest file of the journal, in a file of its own: without it, nobody would
/// notice that the newest are missing, and a start would go on without what they acknowledged.
///
/// It is written when the file that it names is durable, and not forced. So it may be older than
/// the journal, or torn, and says something only if it names more than there is. Stateless.
final class Newest {

    private static final System.Logger LOGGER = System.getLogger(Newest.class.getName());

    /// The file, beside those of the journal.
    static final String NAME = "newest";

    private static final Pattern CONTENT = Pattern.compile("(\\d{16}) ([0-9a-f]{8})\n");

    /// The content, which always has the same length, and is written over what was there.
    private static final int BYTES = 26;

    private Newest() {}

    /// Writes down which file is the newest. Without that the journal works as well.
    static void write(Disk disk, Path directory, long number) {
        Path file = directory.resolve(NAME);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            disk.write(file, channel, StandardCharsets.US_ASCII.encode(content(number)), 0);
        } catch (IOException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "the journal goes on, but nobody would notice if its newest files were lost",
                    e);
        }
    }

    /// Makes the journal of a new data directory, before `format` is made: in a directory that has
    /// a `format`, a journal without files counts as lost.
    static void prepare(Disk disk, Path root) throws IOException {
        Path directory = root.resolve(Segments.DIRECTORY);
        Files.createDirectories(directory);
        if (Segment.numbers(directory).isEmpty()) {
            Files.write(Segment.file(directory, 1), new byte[0]); // As of a process that ended.
            disk.forceNames(directory);
            disk.forceNames(root);
        }
    }

    /// Checks that no file is missing behind those that are there, as far as that can be known.
    ///
    /// @param root the data directory
    /// @param numbers the files that are there, in their order
    /// @throws IOException if one is missing
    static void check(Path root, List<Long> numbers) throws IOException {
        Path directory = root.resolve(Segments.DIRECTORY);
        long newest = read(directory);
        long last = numbers.isEmpty() ? 0 : numbers.getLast();
        if (newest > last) {
            throw SegmentReader.damaged(
                    "%s is missing: %s says that it is the newest file of the journal"
                            .formatted(Segment.file(directory, newest), directory.resolve(NAME)));
        }
        if (numbers.isEmpty() && Files.exists(root.resolve("format"))) {
            throw SegmentReader.damaged(directory + " has no file of the journal");
        }
    }

    /// Returns the number that was written, 0 if none can be read.
    static long read(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!FileTree.isThere(file) || Files.size(file) != BYTES) {
            return 0;
        }
        String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        Matcher matcher = CONTENT.matcher(content);
        if (!matcher.matches()) {
            return 0;
        }
        long number = Long.parseLong(matcher.group(1));
        return content.equals(content(number)) ? number : 0;
    }

    private static String content(long number) {
        String digits = "%016d".formatted(number);
        CRC32C checksum = new CRC32C();
        checksum.update(ByteBuffer.wrap(digits.getBytes(StandardCharsets.US_ASCII)));
        return "%s %08x\n".formatted(digits, checksum.getValue());
    }
}
