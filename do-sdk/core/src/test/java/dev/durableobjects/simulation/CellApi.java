package dev.durableobjects.simulation;

import dev.durableobjects.Bookmark;
import dev.durableobjects.DurableObjectSnapshot;
import java.io.IOException;
import java.util.List;

/// How a [Cell] is called.
interface CellApi {

    /// Runs a program and returns the turns that the cell's log holds afterwards.
    List<String> run(Program program) throws IOException;

    /// Returns what the cell was at a moment of which it has a bookmark.
    DurableObjectSnapshot snapshot(String op, Bookmark bookmark);
}
