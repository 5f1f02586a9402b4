package dev.durableobjects.internal.edge;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import org.jspecify.annotations.Nullable;

/// What a request says about the page that sent it, and about where it was sent to.
///
/// @param origin the Origin header
/// @param site the Sec-Fetch-Site header, W3C Fetch Metadata
/// @param host the Host header
/// @param scheme `http` or `https`
record PageOrigin(
        @Nullable String origin, @Nullable String site, @Nullable String host, String scheme) {

    private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");

    static PageOrigin of(Headers headers, boolean secure) {
        return new PageOrigin(
                all(headers, HeaderNames.ORIGIN),
                first(headers, FETCH_SITE),
                first(headers, HeaderNames.HOST),
                secure ? "https" : "http");
    }

    /// Returns what no origin looks like if there are several: one must not hide another.
    private static @Nullable String all(Headers headers, HeaderName name) {
        return headers.contains(name) ? String.join(", ", headers.get(name).allValues()) : null;
    }

    private static @Nullable String first(Headers headers, HeaderName name) {
        return headers.contains(name) ? headers.get(name).get() : null;
    }
}
