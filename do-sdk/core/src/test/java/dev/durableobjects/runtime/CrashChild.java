package dev.durableobjects.runtime;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;

/// Writes notes and plans until it is killed, and tells which ones were acknowledged.
final class CrashChild {

    private static final int WRITERS = 4;

    private CrashChild() {}

    public static void main(String[] arguments) {
        DurableObjects objects = NotesDirectory.start(Path.of(arguments[0]));
        int first = Integer.parseInt(arguments[1]);
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            Thread.ofPlatform().start(() -> writeForever(objects, first + writer));
        }
    }

    private static void writeForever(DurableObjects objects, int first) {
        for (int number = first; true; number += WRITERS) {
            Notes notes = NotesDirectory.notes(objects, CrashTest.name(number));
            notes.write(number, number % 6_000);
            notes.plan(CrashTest.plan(number), 1 + number % 700);
            acknowledge(number);
        }
    }

    private static synchronized void acknowledge(int number) {
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        try {
            out.write((number + "\n").getBytes(ChildJvm.CHARSET));
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
