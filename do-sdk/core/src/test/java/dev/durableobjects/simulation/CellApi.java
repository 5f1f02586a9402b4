package dev.durableobjects.simulation;

import java.io.IOException;
import java.util.List;

/// How a [Cell] is called.
interface CellApi {

    /// Runs a program and returns the turns that the cell's log holds afterwards.
    List<String> run(Program program) throws IOException;
}
