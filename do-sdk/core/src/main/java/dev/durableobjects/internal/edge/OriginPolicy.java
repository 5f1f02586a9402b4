package dev.durableobjects.internal.edge;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Decides which web pages may change something here: those that this server served itself, and
/// those of configured origins.
///
/// An absent Origin is admitted, because it does not come from a page. A present one must equal the
/// scheme, host and port of the request, or a configured origin; `null` is refused. Immutable.
public final class OriginPolicy {

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private final Set<String> allowed;

    /// Makes a policy.
    ///
    /// @param allowed other origins to admit, as in `https://example.org`
    /// @throws IllegalArgumentException if one is not an origin
    public OriginPolicy(Set<String> allowed) {
        this.allowed =
                allowed.stream()
                        .map(origin ->
                                normal(origin)
                                        .orElseThrow(() ->
                                                new IllegalArgumentException(
                                                        "an origin looks like"
                                                                + " https://host:port,"
                                                                + " was '%s'".formatted(origin))))
                        .collect(Collectors.toUnmodifiableSet());
    }

    /// Returns whether a page of this origin may open a WebSocket.
    ///
    /// @param origin the Origin header
    /// @param host the Host header
    /// @param secure whether the request came over TLS
    boolean admitsUpgrade(Optional<String> origin, Optional<String> host, boolean secure) {
        if (origin.isEmpty()) {
            return true;
        }
        Optional<String> page = normal(origin.get());
        Optional<String> own =
                host.flatMap(name -> normal((secure ? "https://" : "http://") + name));
        return page.isPresent() && (page.equals(own) || allowed.contains(page.get()));
    }

    /// Returns whether a request may reach the Worker: one that can change something must not come
    /// from a foreign page.
    ///
    /// @param site the Sec-Fetch-Site header
    boolean admitsRequest(
            String method,
            Optional<String> origin,
            Optional<String> site,
            Optional<String> host,
            boolean secure) {
        if (SAFE_METHODS.contains(method)) {
            return true;
        }
        boolean crossSite = origin.isEmpty() && site.filter("cross-site"::equals).isPresent();
        return !crossSite && admitsUpgrade(origin, host, secure);
    }

    /// Returns scheme, host and port of an origin in one form, absent if it is not one.
    private static Optional<String> normal(String origin) {
        try {
            URI uri = new URI(origin.toLowerCase(Locale.ROOT));
            String scheme = uri.getScheme();
            if (uri.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
                return Optional.empty();
            }
            int standard = scheme.equals("https") ? 443 : 80;
            int port = uri.getPort() < 0 ? standard : uri.getPort();
            return Optional.of("%s://%s:%d".formatted(scheme, uri.getHost(), port));
        } catch (java.net.URISyntaxException e) {
            return Optional.empty();
        }
    }
}
