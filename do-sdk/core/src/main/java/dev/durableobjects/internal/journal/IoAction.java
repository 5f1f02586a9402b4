package dev.durableobjects.internal.journal;

import java.io.IOException;

/// Something that reads or writes files.
@FunctionalInterface
public interface IoAction {

    void run() throws IOException;
}
