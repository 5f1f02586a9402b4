package dev.durableobjects.internal.engine;

import dev.durableobjects.Limit;
import dev.durableobjects.http.ChunkSource;
import dev.durableobjects.http.Response;
import java.util.Optional;

/// The streamed body of an object's response: each piece is made by an event of the object, and
/// leaves when that is durable. It keeps the object in memory meanwhile. Used by one thread at a
/// time.
final class ObjectChunks implements ChunkSource {

    private final ObjectDirectory directory;
    private final Activation activation;
    private final ChunkSource source;
    private final Pins.Pin pin;

    private ObjectChunks(ObjectDirectory directory, Activation activation, ChunkSource source) {
        this.directory = directory;
        this.activation = activation;
        this.source = source;
        this.pin = activation.pins().add(activation.node().after(Limit.PIN_SECONDS));
    }

    /// Returns what leaves an object as a result: a response with a streamed body gets one of
    /// these.
    static Response wrap(ObjectDirectory directory, Activation activation, Response response) {
        return response.chunks()
                .map(source -> new ObjectChunks(directory, activation, source))
                .map(response::withChunks)
                .orElse(response);
    }

    @Override
    public Optional<byte[]> next() throws Exception {
        return directory.again(activation, _ -> source.next());
    }

    @Override
    public void close() {
        try {
            Failures.unchecked(() ->
                    directory.again(
                            activation,
                            _ -> {
                                source.close();
                                return true;
                            }));
        } finally {
            pin.release();
        }
    }
}
