package dev.durableobjects.internal.journal;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The files of a directory, and of those below it, while others make and delete some: what goes
/// while somebody looks was not there. Stateless.
final class FileTree {

    private FileTree() {}

    /// Returns whether there is a file or directory. Where `Files.exists` says no because nobody
    /// may look, this fails: what cannot be seen must not count as missing.
    static boolean isThere(Path path) throws IOException {
        try {
            Files.readAttributes(path, BasicFileAttributes.class);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /// Calls the consumer with every file that is there. There may be no such directory.
    static void forEach(Path directory, BiConsumer<Path, BasicFileAttributes> consumer)
            throws IOException {
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        consumer.accept(file, attributes);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure)
                            throws IOException {
                        return goOnIfGone(failure);
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path left, @Nullable IOException failure) throws IOException {
                        return failure == null ? FileVisitResult.CONTINUE : goOnIfGone(failure);
                    }
                });
    }

    private static FileVisitResult goOnIfGone(IOException failure) throws IOException {
        if (failure instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw failure;
    }
}
