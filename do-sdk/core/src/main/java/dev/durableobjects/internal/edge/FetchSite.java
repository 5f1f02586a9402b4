package dev.durableobjects.internal.edge;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;

/// The header by which a browser says where a request comes from, W3C Fetch Metadata.
final class FetchSite {

    static final HeaderName NAME = HeaderNames.create("Sec-Fetch-Site");

    private FetchSite() {}
}
