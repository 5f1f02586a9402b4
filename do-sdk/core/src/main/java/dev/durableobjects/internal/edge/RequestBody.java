package dev.durableobjects.internal.edge;

import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;

/// Reads the body of a request, as a whole and bounded.
///
/// What is not read of a body would be taken for the next request. So a connection on which a body
/// was not read to its end must end itself; [BadRequestException] sees to it.
final class RequestBody {

    private static final byte[] NONE = {};

    private RequestBody() {}

    /// Returns the body.
    ///
    /// @throws BadRequestException if it is too big, or is not sent as HTTP has it
    static byte[] read(ServerRequest request, Limits limits) {
        int bytesMax = limits.get(Limit.BODY_BYTES);
        long announced = announced(request.headers());
        boolean waits = request.headers().contains(HeaderNames.EXPECT);
        if (announced > bytesMax && waits) {
            throw BadRequestException.ending(413, tooLarge(bytesMax));
        }
        if (!request.content().hasEntity()) {
            return NONE;
        }
        try {
            // The stream is not closed after a failure: closing reads on.
            InputStream in = request.content().inputStream();
            byte[] body = in.readNBytes(bytesMax + 1);
            if (body.length <= bytesMax) {
                return body;
            }
            int more = limits.get(Limit.REFUSED_BODY_BYTES);
            boolean atEnd = in.readNBytes(more).length < more;
            throw atEnd
                    ? new BadRequestException(413, tooLarge(bytesMax))
                    : BadRequestException.ending(413, tooLarge(bytesMax));
        } catch (BadRequestException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw BadRequestException.ending(400, "The body could not be read.");
        }
    }

    /// Returns the announced length, or -1.
    private static long announced(ServerRequestHeaders headers) {
        if (!headers.contains(HeaderNames.CONTENT_LENGTH)) {
            return -1;
        }
        String length = headers.get(HeaderNames.CONTENT_LENGTH).get();
        boolean isAmbiguous =
                headers.contains(HeaderNames.TRANSFER_ENCODING)
                        || headers.get(HeaderNames.CONTENT_LENGTH).allValues().size() > 1;
        if (isAmbiguous || !length.matches("[0-9]{1,18}")) {
            throw BadRequestException.ending(
                    400, "Expected one Content-Length, a number of bytes.");
        }
        return Long.parseLong(length);
    }

    private static String tooLarge(int bytesMax) {
        return "The body must have at most %d bytes.".formatted(bytesMax);
    }
}
