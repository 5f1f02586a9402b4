package dev.durableobjects.internal.journal;

import java.util.Arrays;

/// Where the records of a database are in the journal, in their order. They are numbers, not
/// objects: after a start there may be a million. Not safe for several threads while it is changed.
final class Places {

    /// How many numbers a record has: its file of the journal, and its place in it with its length.
    private static final int NUMBERS = 2;

    private long[] numbers = new long[NUMBERS];
    private int count;
    private long last;

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
