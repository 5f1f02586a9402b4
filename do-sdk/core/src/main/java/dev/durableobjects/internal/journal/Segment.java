package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// One file of the journal, while it is written. Only the journal's thread may use it.
final class Segment implements AutoCloseable {

    /// `DURABLEJ`.
    static final long MAGIC = 0x44555241424c454aL;

    static final int VERSION = 3;

    /// The oldest version that is read. Version 1 had pages as a whole, version 2 neither names nor
    /// times.
    static final int VERSION_MIN = 1;

    static final int HEADER_BYTES = 64;

    private static final String SUFFIX = ".journal";
    private static final Pattern NAME = Pattern.compile("\\d{16}\\" + SUFFIX);

    private static final int ZEROS = 1 << 16;

    private final Disk disk;
    private final Path file;
    private final FileChannel channel;
    private final long aheadBytes;
    private long end;
    private long filled;

    private Segment(Disk disk, Path file, FileChannel channel, long aheadBytes) {
        this.disk = disk;
        this.file = file;
        this.channel = channel;
        this.aheadBytes = aheadBytes;
    }

    /// Returns the file of a segment.
    static Path file(Path directory, long number) {
        return directory.resolve("%016d%s".formatted(number, SUFFIX));
    }

    /// Returns the numbers of the segments in a directory, in their order.
    static List<Long> numbers(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> NAME.matcher(name).matches())
                    .map(name -> Long.valueOf(name.substring(0, name.indexOf('.'))))
                    .sorted()
                    .toList();
        }
    }

    /// Makes a segment, durably.
    ///
    /// @param bytes about how big it will be
    /// @param before the last position before it
    static Segment create(Disk disk, Path directory, long bytes, long number, long before)
            throws IOException {
        Path file = file(directory, number);
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        Segment made = new Segment(disk, file, channel, Math.min(bytes, disk.aheadBytes()));
        made.append(header(number, before));
        disk.force(file, channel);
        disk.forceNames(directory);
        return made;
    }

    /// Writes behind everything else; not durable before [#force].
    void append(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (end + length > filled) {
            fillTo(end + length + aheadBytes);
        }
        disk.write(file, channel, bytes, end);
        end += length;
    }

    private void fillTo(long size) throws IOException {
        while (filled < size) {
            int length = (int) Math.min(ZEROS, size - filled);
            disk.write(file, channel, ByteBuffer.allocate(length), filled);
            filled += length;
        }
    }

    /// Returns when everything that was appended is durable.
    void force() throws IOException {
        disk.force(file, channel);
    }

    /// Returns how many bytes were appended.
    long bytes() {
        return end;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /// Returns the header of a file.
    static ByteBuffer header(long number, long before) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putLong(MAGIC).putInt(VERSION).putLong(number).putLong(before);
        header.putInt(checksum(header));
        return header.clear();
    }

    /// Returns the version that the header of a file names.
    static int version(RandomAccessFile file) throws IOException {
        file.seek(Long.BYTES);
        return file.readInt();
    }

    /// Returns the checksum of a header: of what stands before it.
    static int checksum(ByteBuffer header) {
        CRC32C checksum = new CRC32C();
        checksum.update(header.slice(0, Long.BYTES * 3 + Integer.BYTES));
        return (int) checksum.getValue();
    }
}
