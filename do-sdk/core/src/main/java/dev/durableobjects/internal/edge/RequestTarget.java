package dev.durableobjects.internal.edge;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What stands between the method and the version of a request's first line, without its query.
/// Stateless.
final class RequestTarget {

    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://[^/]*(/.*)?");

    private RequestTarget() {}

    /// Returns the path. Helidon leaves the authority of an absolute form in front of it, which a
    /// server must accept: RFC 9112, section 3.2.2.
    static String path(String target) {
        if (target.startsWith("/")) {
            return target;
        }
        Matcher absolute = ABSOLUTE.matcher(target);
        if (!absolute.matches()) {
            return target;
        }
        return absolute.group(1) == null ? "/" : absolute.group(1);
    }
}
