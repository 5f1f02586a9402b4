package dev.durableobjects.internal.socket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.websocket.WebSocketMessage;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameReaderTest {

    private static final int MESSAGE_BYTES_MAX = 300;

    /// The masks are zero, so payloads can be read off.
    private static final String MASK = "00000000";

    @Test
    void unmasksAMessage() {
        // RFC 6455 section 5.7: a single-frame masked text message.
        Received received = reader("818537fa213d7f9f4d5158").next();

        assertThat(received, is(new Received.Message(new WebSocketMessage.Text("Hello"))));
    }

    @Test
    void joinsFragmentsAroundControlFrames() {
        FrameReader reader =
                reader("0183" + MASK + "48656c" + "8980" + MASK + "8082" + MASK + "6c6f");

        assertThat(reader.next(), is(instanceOf(Received.Ping.class)));
        assertThat(reader.next(), is(new Received.Message(new WebSocketMessage.Text("Hello"))));
    }

    @Test
    void aControlFrameDoesNotCountForTheMessageAroundIt() {
        FrameReader reader =
                reader(
                        "02fe012b"
                                + MASK
                                + "00".repeat(299) // All but one byte of what may be.
                                + "89fd"
                                + MASK
                                + "00".repeat(125)
                                + "8081"
                                + MASK
                                + "00");

        assertThat(reader.next(), is(instanceOf(Received.Ping.class)));
        Received.Message message = (Received.Message) reader.next();
        assertThat(
                ((WebSocketMessage.Binary) message.message()).value().length,
                is(MESSAGE_BYTES_MAX));
    }

    @Test
    void readsLengthsOfSixteenBits() {
        FrameReader reader = reader("82fe0080" + MASK + "ab".repeat(128));

        Received.Message message = (Received.Message) reader.next();

        assertThat(((WebSocketMessage.Binary) message.message()).value().length, is(128));
    }

    @Test
    void aPayloadMayComeInPartsOfAnySize() {
        byte[] payload = new byte[40_000];
        new Random(1).nextBytes(payload);
        RecordedTransport transport =
                new RecordedTransport(
                        HexFormat.of()
                                .parseHex("82fe9c40" + MASK + HexFormat.of().formatHex(payload)));
        transport.parts = new int[] {0, 3, 5_000, 0, 9_000};
        Counting arrivals = new Counting();

        Received.Message message =
                (Received.Message) new FrameReader(transport, 40_000, arrivals).next();

        assertThat(
                Arrays.equals(((WebSocketMessage.Binary) message.message()).value(), payload),
                is(true));
        assertThat("each is told", arrivals.parts, is(14));
    }

    @Test
    void readsACloseWithAndWithoutACode() {
        assertThat(reader("8880" + MASK).next(), is(new Received.Close(1005, "")));
        assertThat(
                reader("8885" + MASK + "03e8627965").next(), is(new Received.Close(1000, "bye")));
    }

    @ParameterizedTest
    @CsvSource({
        "c180 00000000,                     1002, a reserved bit without an extension",
        "8380 00000000,                     1002, a reserved opcode for data",
        "8b80 00000000,                     1002, a reserved opcode for control",
        "8100,                              1002, a frame that is not masked",
        "0980 00000000,                     1002, a fragmented control frame",
        "89fe007e 00000000,                 1002, a control frame of 126 bytes",
        "8080 00000000,                     1002, a continuation of nothing",
        "0180 00000000 8180 00000000,       1002, a new message inside a fragmented one",
        "81fe007d 00000000,                 1002, a length of 16 bits for 125 bytes",
        "82ff000000000000ffff,              1002, a length of 64 bits for 65535 bytes",
        "8881 00000000 03,                  1002, half a close code",
        "8882 00000000 03ed,                1002, the close code 1005 on the wire",
        "8882 00000000 0000,                1002, the close code 0",
        "8882 00000000 0bb7,                1002, the close code 2999",
        "8884 00000000 03e8 c328,           1007, a close reason that is not UTF-8",
        "8182 00000000 c328,                1007, text that is not UTF-8",
        "8183 00000000 eda080,              1007, a lone surrogate in UTF-8",
        "0182 00000000 6162 8081 00000000 ff, 1007, text whose last fragment is not UTF-8",
        "82fe012d 00000000,                 1009, a message of 301 bytes",
        "02fe0100 00000000 " + ZEROS_256 + " 80ad 00000000, 1009, fragments of 301 bytes",
        "82ff7fffffffffffffff 00000000,     1009, a message of 2^63 - 1 bytes",
    })
    void aViolationHasTheCloseCodeOfTheStandard(String frames, int code, String violation) {
        FrameReader reader = reader(frames.replace(" ", ""));

        ProtocolException thrown =
                assertThrows(
                        ProtocolException.class,
                        () -> {
                            while (true) {
                                reader.next();
                            }
                        },
                        violation);

        assertThat(violation, thrown.closeCode(), is(code));
    }

    private static final String ZEROS_256 =
            "0000000000000000000000000000000000000000000000000000000000000000"
                    + "0000000000000000000000000000000000000000000000000000000000000000"
                    + "0000000000000000000000000000000000000000000000000000000000000000"
                    + "0000000000000000000000000000000000000000000000000000000000000000"
                    + "0000000000000000000000000000000000000000000000000000000000000000"
                    + "0000000000000000000000000000000000000000000000000000000000000000"
                    + "0000000000000000000000000000000000000000000000000000000000000000"
                    + "0000000000000000000000000000000000000000000000000000000000000000";

    private static FrameReader reader(String hex) {
        return new FrameReader(
                new RecordedTransport(HexFormat.of().parseHex(hex)),
                MESSAGE_BYTES_MAX,
                new Counting());
    }

    /// Counts what comes.
    private static final class Counting implements FrameReader.Arrivals {

        private int parts;

        @Override
        public void frame(int length) {}

        @Override
        public void part(int length) {
            parts++;
        }
    }

    /// A connection on which a peer has sent these bytes and gone.
    private static final class RecordedTransport implements Transport {

        private final byte[] bytes;
        private int at;
        private int[] parts = {0};
        private int part;

        RecordedTransport(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public byte read() {
            return read(1)[0];
        }

        @Override
        public byte[] read(int length) {
            if (length > bytes.length - at) {
                throw new Gone(new java.io.EOFException());
            }
            at += length;
            return Arrays.copyOfRange(bytes, at - length, at);
        }

        @Override
        public int available() {
            return parts[part++ % parts.length];
        }

        @Override
        public void write(byte[] written, int length) {
            throw new AssertionError("a reader does not write");
        }

        @Override
        public void close() {}
    }
}
