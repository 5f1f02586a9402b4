package dev.durableobjects.internal.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Where the records of a database are in the journal, in their order. They are numbers, not
/// objects: after a start there may be a million. Not safe for several threads while it is changed.
final class Places {

    /// The file of the journal; then the place in it, and how long the record is.
    private static final int NUMBERS = 2;

    private static final int FIRST_RECORDS = 4;

    private final int hash;
    private final byte[] name;
    private long[] numbers = new long[FIRST_RECORDS * NUMBERS];
    private int count;
    private long last;

    /// @param hash of the name of the database, by which it is found
    /// @param file the path of the database in the data directory
    Places(int hash, String file) {
        this.hash = hash;
        this.name = file.getBytes(StandardCharsets.UTF_8);
    }

    /// Returns the hash of the name.
    int hash() {
        return hash;
    }

    /// Returns whether these are of the database whose name stands in a file.
    boolean isOf(int otherHash, ByteBuffer source, int begin, int end) {
        if (hash != otherHash || name.length != end - begin) {
            return false;
        }
        int same = 0;
        while (same < name.length && name[same] == source.get(begin + same)) {
            same++;
        }
        return same == name.length;
    }

    /// Adds a record behind the others.
    ///
    /// @param position of the last commit in it
    void add(long segment, int offset, int length, long position) {
        int at = count * NUMBERS;
        if (at == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * at);
        }
        numbers[at] = segment;
        numbers[at + 1] = (long) offset << Integer.SIZE | length;
        count++;
        last = position;
    }

    /// Forgets all records.
    void clear() {
        count = 0;
    }

    /// Returns how many records there are.
    int count() {
        return count;
    }

    /// Returns the position of the last commit in the last record.
    long last() {
        return last;
    }

    /// Returns the number of the file that a record is in.
    long segment(int record) {
        return numbers[record * NUMBERS];
    }

    /// Returns where a record begins in its file.
    int offset(int record) {
        return (int) (numbers[record * NUMBERS + 1] >>> Integer.SIZE);
    }

    /// Returns how many bytes a record has.
    int length(int record) {
        return (int) numbers[record * NUMBERS + 1];
    }
}
