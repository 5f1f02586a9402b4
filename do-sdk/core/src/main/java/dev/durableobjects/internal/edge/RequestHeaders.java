package dev.durableobjects.internal.edge;

import dev.durableobjects.http.Headers;
import io.helidon.http.Header;

/// Copies Helidon's headers into ours. Stateless.
final class RequestHeaders {

    private RequestHeaders() {}

    /// @throws IllegalArgumentException if a header is not one of RFC 9110
    static Headers of(Iterable<Header> headers) {
        Headers.Builder copied = Headers.builder();
        for (Header header : headers) {
            for (String value : header.allValues()) {
                copied.add(header.name(), value);
            }
        }
        return copied.build();
    }
}
