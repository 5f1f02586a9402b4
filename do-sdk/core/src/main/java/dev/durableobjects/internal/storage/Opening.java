package dev.durableobjects.internal.storage;

import java.util.function.Supplier;

/// Opens parts that stand on each other: if one cannot be opened, those under it are closed.
/// Stateless.
public final class Opening {

    private Opening() {}

    /// Opens the next part.
    ///
    /// @param under closes what was opened before, the last one first
    public static <T> T orClose(Supplier<T> next, Runnable... under) {
        try {
            return next.get();
        } catch (RuntimeException | Error e) {
            for (Runnable closing : under) {
                close(closing, e);
            }
            throw e;
        }
    }

    private static void close(Runnable closing, Throwable reason) {
        try {
            closing.run();
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }
}
