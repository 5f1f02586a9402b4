package dev.durableobjects.internal.control;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/// Where the socket of a data directory is. Stateless.
final class ControlAddress {

    /// The name of the socket in the data directory.
    static final String NAME = "control";

    private ControlAddress() {}

    /// Returns the address of a file, as short as it can be written: systems allow about a hundred
    /// bytes, and the working directory often is near.
    static UnixDomainSocketAddress of(Path file) throws IOException {
        Path working = Path.of("").toRealPath();
        if (!working.getRoot().equals(file.getRoot())) {
            return UnixDomainSocketAddress.of(file);
        }
        Path relative = working.relativize(file);
        boolean isShorter = relative.toString().length() < file.toString().length();
        return UnixDomainSocketAddress.of(isShorter ? relative : file);
    }
}
