package dev.durableobjects.internal.backup;

import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.value.FileErrors;
import dev.durableobjects.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/// What a backup holds: its `backup.json`, a JSON document with a line for each file. Immutable.
///
/// @param head what it says of the whole
/// @param entries its files, by their paths
record Manifest(Head head, Map<String, Entry> entries) {

    /// The name of the file.
    static final String NAME = "backup.json";

    static final int VERSION = 1;

    private static final String ENTRY = "{\"path\":";

    /// Of the whole.
    ///
    /// @param time when the backup began
    /// @param processStarted when the process began that made it
    /// @param position the last commit in it
    /// @param count how many files it has
    /// @param bytes of them
    /// @param copiedBytes of those that the backup before did not have
    record Head(
            int version,
            Instant time,
            Instant processStarted,
            long position,
            long count,
            long bytes,
            long copiedBytes) {}

    /// A file.
    ///
    /// @param path in the data directory, with slashes
    /// @param modified when the source was written last, in nanoseconds since 1970; 0 if it may
    ///   have been written once more in the same moment
    /// @param crc32c of its content, in hexadecimal digits
    record Entry(String path, long bytes, long modified, String crc32c) {

        Entry {
            Path plain = Path.of(path).normalize();
            if (plain.isAbsolute() || plain.startsWith("..") || !plain.toString().equals(path)) {
                throw new IllegalArgumentException("expected a path in a backup, found " + path);
            }
        }

        /// Returns whether a content is the one that was backed up.
        boolean isOf(long size, CRC32C checksum) {
            return size == bytes && hex(checksum).equals(crc32c);
        }
    }

    /// Reads the manifest of a backup.
    ///
    /// @throws IllegalArgumentException if the directory is no backup
    /// @throws IOException if it cannot be read, or is damaged
    static Manifest read(Path backup) throws IOException {
        Path file = backup.resolve(NAME);
        if (Files.notExists(file)) {
            throw new IllegalArgumentException(
                    "%s is no backup: it has no %s".formatted(backup, NAME));
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        StringBuilder rest = new StringBuilder();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(ENTRY)) {
                    Entry entry = Json.read(withoutComma(line), Entry.class);
                    entries.put(entry.path(), entry);
                } else {
                    rest.append(line);
                }
            }
            return new Manifest(head(rest.toString(), entries.size()), entries);
        } catch (FileSystemException e) {
            throw e;
        } catch (IllegalArgumentException | IOException e) {
            throw new IOException(
                    "%s cannot be read: %s".formatted(file, FileErrors.message(e)), e);
        }
    }

    /// Where a backup is not what its list says, by the paths of files.
    ///
    /// @param missing listed, and not there
    /// @param foreign there, and not listed
    record Difference(Set<String> missing, Set<String> foreign) {}

    /// Compares the list with the files of a backup.
    Difference difference(Path backup) throws IOException {
        Set<String> foreign =
                Trees.files(backup).stream()
                        .map(file -> backup.relativize(file).toString().replace('\\', '/'))
                        .filter(name -> !name.equals(NAME))
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> missing = new TreeSet<>(entries.keySet());
        missing.removeAll(foreign);
        foreign.removeAll(entries.keySet());
        return new Difference(missing, foreign);
    }

    /// Returns a checksum as it stands in the list.
    static String hex(CRC32C checksum) {
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    private static String withoutComma(String line) {
        return line.endsWith(",") ? line.substring(0, line.length() - 1) : line;
    }

    private static Head head(String json, int found) {
        Head head = Json.read(json, Head.class);
        if (head.version() != VERSION) {
            throw new IllegalArgumentException(
                    "expected version %d, found %d".formatted(VERSION, head.version()));
        }
        if (head.count() != found) {
            throw new IllegalArgumentException(
                    "expected %d files, found %d".formatted(head.count(), found));
        }
        return head;
    }

    /// Writes a manifest, an entry at a time: there may be too many for the memory of a node. Only
    /// one thread uses it.
    static final class Writer implements AutoCloseable {

        private final Disk disk;
        private final Path file;
        private final FileChannel channel;
        private long end;
        private long count;
        private long bytes;

        Writer(Disk disk, Path directory) throws IOException {
            this.disk = disk;
            this.file = directory.resolve(NAME);
            this.channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            append("{\"files\":[");
        }

        void add(Entry entry) throws IOException {
            append((count == 0 ? "\n" : ",\n") + Json.text(entry));
            count++;
            bytes += entry.bytes();
        }

        /// Ends the document; durable when it returns.
        ///
        /// @param position the last commit
        Head end(Instant time, long position, long copiedBytes) throws IOException {
            Instant started = ProcessHandle.current().info().startInstant().orElse(time);
            Head head = new Head(VERSION, time, started, position, count, bytes, copiedBytes);
            append("\n],\n" + Json.text(head).substring(1) + "\n");
            disk.force(file, channel);
            return head;
        }

        private void append(String text) throws IOException {
            ByteBuffer encoded = StandardCharsets.UTF_8.encode(text);
            int length = encoded.remaining();
            disk.write(file, channel, encoded, end);
            end += length;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
