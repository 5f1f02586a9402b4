package dev.durableobjects.internal.edge;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/// Reads the body of a request, as a whole and bounded.
///
/// What is not read of a body would be taken for the next request. So a connection on which a body
/// was not read to its end must end itself; [BadRequestException] sees to it. Stateless.
final class RequestBody {

    private static final byte[] NONE = {};
    private static final int PART_BYTES = 8 << 10;

    private RequestBody() {}

    /// Looks whether it is clear where the request ends: what one party guesses, another one
    /// guesses differently, and a second request hides in between. RFC 9112 section 6.3.
    ///
    /// @throws BadRequestException if it is not
    static void checkLength(ServerRequestHeaders headers) {
        boolean hasLength = headers.contains(HeaderNames.CONTENT_LENGTH);
        // Helidon knows no other spelling, and would take the body for the next request.
        boolean isClear =
                headers.contains(HeaderNames.TRANSFER_ENCODING)
                        ? !hasLength
                                && only(headers, HeaderNames.TRANSFER_ENCODING).equals("chunked")
                        : !hasLength
                                || only(headers, HeaderNames.CONTENT_LENGTH).matches("[0-9]{1,18}");
        if (!isClear) {
            throw BadRequestException.ending(
                    400, "Expected one Content-Length, a number of bytes, or a chunked body.");
        }
    }

    /// Returns the body of a request whose length is clear.
    ///
    /// @throws BadRequestException if it is too big, or is not sent as HTTP has it
    static byte[] read(ServerRequest request, Limits limits) {
        int bytesMax = limits.get(Limit.BODY_BYTES);
        boolean waits = request.headers().contains(HeaderNames.EXPECT);
        if (announced(request.headers()) > bytesMax && waits) {
            throw BadRequestException.ending(413, tooLarge(bytesMax));
        }
        if (!request.content().hasEntity()) {
            return NONE;
        }
        try {
            // The stream is not closed after a failure: closing reads on.
            InputStream in = request.content().inputStream();
            byte[] body = readAtMost(in, bytesMax + 1);
            if (body.length <= bytesMax) {
                return body;
            }
            int more = limits.get(Limit.REFUSED_BODY_BYTES);
            boolean atEnd = readAtMost(in, more).length < more;
            throw atEnd
                    ? new BadRequestException(413, tooLarge(bytesMax))
                    : BadRequestException.ending(413, tooLarge(bytesMax));
        } catch (BadRequestException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw BadRequestException.ending(400, "The body could not be read.");
        }
    }

    /// Reads like [InputStream#readNBytes], which asks for no bytes in the end: for that, too,
    /// Helidon waits for the client.
    private static byte[] readAtMost(InputStream in, int bytesMax) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] part = new byte[Math.min(bytesMax, PART_BYTES)];
        while (read.size() < bytesMax) {
            int length = in.read(part, 0, Math.min(part.length, bytesMax - read.size()));
            if (length < 0) {
                break;
            }
            read.write(part, 0, length);
        }
        return read.toByteArray();
    }

    /// Returns the announced length, or -1.
    private static long announced(ServerRequestHeaders headers) {
        return headers.contains(HeaderNames.CONTENT_LENGTH)
                ? Long.parseLong(only(headers, HeaderNames.CONTENT_LENGTH))
                : -1;
    }

    /// Returns the value of a header, empty if it has several.
    private static String only(ServerRequestHeaders headers, HeaderName name) {
        List<String> values = headers.get(name).allValues();
        return values.size() == 1 ? values.getFirst() : "";
    }

    private static String tooLarge(int bytesMax) {
        return "The body must have at most %d bytes.".formatted(bytesMax);
    }
}
