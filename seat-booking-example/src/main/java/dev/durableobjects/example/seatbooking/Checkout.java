package dev.durableobjects.example.seatbooking;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Knows where this project lies on the disk, so that the app finds its data again however it is
/// started.
final class Checkout {

    private Checkout() {}

    /// Returns the root of the checkout that the running code was built in, or the working
    /// directory if it was built elsewhere.
    static Path directory() {
        for (Path up = code(); up != null; up = up.getParent()) {
            if (Files.isDirectory(up.resolve("seat-booking-example"))) {
                return up;
            }
        }
        return Path.of("");
    }

    private static Path code() {
        try {
            return Path.of(
                    Checkout.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("a class path entry is a valid URI", e);
        }
    }
}
