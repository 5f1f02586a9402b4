package dev.durableobjects.internal.edge;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides which web pages may change something here: those that this server served itself, and
/// those of configured origins.
///
/// An absent Origin is admitted, because it does not come from a page. A present one must equal the
/// scheme, host and port of the request, or a configured origin; `null` is refused. Immutable.
public final class OriginPolicy {

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    /// Scheme, host and port; hosts of private networks may hold an underscore, which URIs refuse.
    private static final Pattern ORIGIN =
            Pattern.compile("(https?)://([a-z0-9._-]+|\\[[0-9a-f:.]+])(?::([0-9]{1,5}))?");

    private final Set<String> allowed;

    /// Makes a policy.
    ///
    /// @param allowed other origins to admit, as in `https://example.org`
    /// @throws IllegalArgumentException if one is not an origin
    public OriginPolicy(Set<String> allowed) {
        this.allowed =
                allowed.stream()
                        .map(OriginPolicy::configured)
                        .collect(Collectors.toUnmodifiableSet());
    }

    /// Returns whether a page may open a WebSocket.
    boolean admitsUpgrade(PageOrigin page) {
        if (page.origin() == null) {
            return true;
        }
        String origin = normal(page.origin());
        String own = normal(page.scheme() + "://" + page.host());
        return origin != null && (origin.equals(own) || allowed.contains(origin));
    }

    /// Returns whether a request may reach the Worker: one that can change something must not come
    /// from a foreign page.
    boolean admitsRequest(String method, PageOrigin page) {
        if (SAFE_METHODS.contains(method)) {
            return true;
        }
        boolean crossSite = page.origin() == null && "cross-site".equals(page.site());
        return !crossSite && admitsUpgrade(page);
    }

    private static String configured(String origin) {
        String normal = normal(origin);
        if (normal == null) {
            throw new IllegalArgumentException(
                    "an origin looks like https://host:port, was '%s'".formatted(origin));
        }
        return normal;
    }

    /// Returns scheme, host and port of an origin in one form, null if it is not one.
    private static @Nullable String normal(String origin) {
        Matcher parts = ORIGIN.matcher(origin.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            return null;
        }
        String standard = parts.group(1).equals("https") ? "443" : "80";
        String port = parts.group(3) == null ? standard : parts.group(3);
        return "%s://%s:%s".formatted(parts.group(1), parts.group(2), port);
    }
}
