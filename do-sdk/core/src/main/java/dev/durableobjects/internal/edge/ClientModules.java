package dev.durableobjects.internal.edge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/// The JavaScript client: the modules that a page imports to get a WebSocket that reconnects. Safe
/// for use by many threads.
public final class ClientModules {

    private static final String SOURCE = "/dev/durableobjects/client/";
    private static final List<String> NAMES = List.of("socket.js", "connection.js", "options.js");

    private ClientModules() {}

    /// Returns static content and the modules, which find each other when they lie in one folder.
    ///
    /// @param folder where they are served, with a slash in front and none at the end
    /// @throws IllegalArgumentException if the content has files at their paths
    public static StaticContent in(String folder, StaticContent content) {
        StaticContent all = content;
        for (String name : NAMES) {
            all = all.with(folder + "/" + name, read(name));
        }
        return all;
    }

    private static byte[] read(String name) {
        try (InputStream in = ClientModules.class.getResourceAsStream(SOURCE + name)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the SDK's jar lacks %s%s; was it repackaged?".formatted(SOURCE, name));
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + SOURCE + name, e);
        }
    }
}
