package dev.durableobjects.internal.edge;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.durableobjects.http.Response;
import dev.durableobjects.internal.socket.Transport;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class RefusalTest {

    @Test
    void aBodyThatIsInterruptedHasNoProperEndAndTheThreadStaysInterrupted() {
        RecordingTransport client = new RecordingTransport();
        Response answer =
                Response.of(418)
                        .withChunks(() -> {
                            throw new InterruptedException("on purpose");
                        });

        new Refusal(client).send(answer);

        assertThat("interrupted", Thread.interrupted(), is(true));
        assertThat(client.text(), not(endsWith("0\r\n\r\n")));
    }

    /// A client that only listens.
    private static final class RecordingTransport implements Transport {

        private final ByteArrayOutputStream written = new ByteArrayOutputStream();

        String text() {
            return written.toString(US_ASCII);
        }

        @Override
        public byte read() {
            throw new UnsupportedOperationException("nothing is sent");
        }

        @Override
        public byte[] read(int length) {
            throw new UnsupportedOperationException("nothing is sent");
        }

        @Override
        public void write(byte[] bytes, int length) {
            written.write(bytes, 0, length);
        }

        @Override
        public void close() {}
    }
}
