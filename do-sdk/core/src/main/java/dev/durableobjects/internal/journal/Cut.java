package dev.durableobjects.internal.journal;

import java.util.List;

/// How far the journal goes at a moment. Immutable.
///
/// @param old the files that are not written any more, in their order
/// @param number of the file that is written
/// @param bytes of it that are durable; none if it is still to be made
/// @param last the position of the last commit
record Cut(List<Long> old, long number, long bytes, long last) {

    Cut {
        old = List.copyOf(old);
    }
}
