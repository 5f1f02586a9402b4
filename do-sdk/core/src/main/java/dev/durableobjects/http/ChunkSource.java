package dev.durableobjects.http;

import java.util.Optional;

/// Where the body of a streamed response comes from, piece by piece.
///
/// Of a response that an object returns, each call runs inside the object as an event of its own:
/// other events run in between, and a chunk leaves when the writes before it are durable. Used by
/// one thread at a time.
@FunctionalInterface
public interface ChunkSource extends AutoCloseable {

    /// Returns the next piece, absent at the end.
    ///
    /// @throws Exception anything; the connection then ends without a proper end of the body
    Optional<byte[]> next() throws Exception;

    /// Tells that nobody reads on: at the end, after a failure, or because the client is gone.
    @Override
    default void close() {}
}
