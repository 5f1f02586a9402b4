package dev.durableobjects.http;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.internal.value.Unicode;
import dev.durableobjects.json.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An HTTP request with its whole body. Immutable, as long as nobody changes the body's array.
public final class Request {

    private static final byte[] NO_BODY = {};

    /// What precedes the path in a target of absolute form: RFC 9112, section 3.2.2.
    private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://[^/?]*");

    private final String method;
    private final String path;
    private final String rawQuery;
    private final Headers headers;
    private final byte[] body;

    private Request(String method, String path, String rawQuery, Headers headers, byte[] body) {
        this.method = method;
        this.path = path;
        this.rawQuery = rawQuery;
        this.headers = headers;
        this.body = body;
    }

    /// Returns a request without headers and body.
    ///
    /// @param method the method in upper case
    /// @param target the path, and optionally `?` and the query, both percent-encoded; a scheme and
    ///   an authority in front of the path are ignored
    /// @throws IllegalArgumentException if the target is not of that form
    public static Request of(String method, String target) {
        requireNonNull(method, "method must be a text, was null");
        requireNonNull(target, "target must be a path, was null");
        String local = withoutAuthority(target);
        int mark = local.indexOf('?');
        return mark < 0
                ? of(method, local, "")
                : of(method, local.substring(0, mark), local.substring(mark + 1));
    }

    /// Returns a request without headers and body.
    ///
    /// @param method the method in upper case
    /// @param rawPath the path, percent-encoded, beginning with `/`
    /// @param rawQuery the query, percent-encoded, without the `?`
    public static Request of(String method, String rawPath, String rawQuery) {
        requireNonNull(method, "method must be a text, was null");
        requireNonNull(rawPath, "rawPath must be a path, was null");
        requireNonNull(rawQuery, "rawQuery must be a text, was null");
        String path = decode(rawPath.replace("+", "%2B"));
        return new Request(method, path, rawQuery, Headers.empty(), NO_BODY);
    }

    /// Returns a GET request; [#of] says what a target is.
    public static Request get(String target) {
        return of("GET", target);
    }

    /// Returns a POST request with a body in UTF-8, in which half of a surrogate pair becomes
    /// U+FFFD; [#of] says what a target is.
    public static Request post(String target, String body) {
        requireNonNull(body, "body must be a text, was null");
        return of("POST", target).withBody(Unicode.scalars(body).getBytes(StandardCharsets.UTF_8));
    }

    /// Returns this request with one more header.
    public Request withHeader(String name, String value) {
        return withHeaders(headers.with(name, value));
    }

    /// Returns this request with these headers instead of its own.
    public Request withHeaders(Headers headers) {
        requireNonNull(headers, "headers must be Headers, was null");
        return new Request(method, path, rawQuery, headers, body);
    }

    /// Returns this request with this body; the array must not be changed afterwards.
    public Request withBody(byte[] body) {
        requireNonNull(body, "body must be an array, was null");
        return new Request(method, path, rawQuery, headers, body);
    }

    /// Returns the method in upper case.
    public String method() {
        return method;
    }

    /// Returns the path, decoded, beginning with `/`.
    public String path() {
        return path;
    }

    /// Returns the query as it was sent, without the `?`; empty if there was none.
    public String rawQuery() {
        return rawQuery;
    }

    /// Returns the first value of a query parameter, decoded as a form field (`+` is a space).
    public Optional<String> query(String name) {
        List<String> first = parameters(name, 1);
        return first.isEmpty() ? Optional.empty() : Optional.of(first.getFirst());
    }

    /// Returns all values of a query parameter, decoded as form fields (`+` is a space).
    public List<String> queryAll(String name) {
        return List.copyOf(parameters(name, Integer.MAX_VALUE));
    }

    /// Workers ask for one with each request: no stream, and nothing is split.
    private List<String> parameters(String name, int max) {
        requireNonNull(name, "name must be a text, was null");
        List<String> values = new ArrayList<>(1);
        int end = -1;
        while (end < rawQuery.length() && values.size() < max) {
            int begin = end + 1;
            end = indexOrEnd('&', begin, rawQuery.length());
            int mark = indexOrEnd('=', begin, end);
            if (decode(rawQuery.substring(begin, mark)).equals(name)) {
                values.add(decode(rawQuery.substring(Math.min(mark + 1, end), end)));
            }
        }
        return values;
    }

    private int indexOrEnd(char c, int begin, int end) {
        int index = rawQuery.indexOf(c, begin, end);
        return index < 0 ? end : index;
    }

    /// Returns the headers.
    public Headers headers() {
        return headers;
    }

    /// Returns the body; the array must not be changed.
    public byte[] body() {
        return body;
    }

    /// Returns the body as text, read as UTF-8.
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /// Reads the body as JSON into a value of this type: a record, an enum, a sealed interface of
    /// records, a collection, or one of the simple types of the JDK.
    ///
    /// @throws IllegalArgumentException if the body is not JSON or does not fit the type; the
    ///   message says where, what was expected and what was found
    public <T> T json(Class<T> type) {
        return Json.read(body, type);
    }

    @Override
    public String toString() {
        return method + " " + path + (rawQuery.isEmpty() ? "" : "?" + rawQuery);
    }

    private static String withoutAuthority(String target) {
        if (target.startsWith("/")) {
            return target;
        }
        Matcher authority = AUTHORITY.matcher(target);
        if (!authority.lookingAt()) {
            throw new IllegalArgumentException(
                    "a request's target must begin with '/', was '%s'".formatted(target));
        }
        String local = target.substring(authority.end());
        return local.startsWith("/") ? local : "/" + local;
    }

    private static String decode(String encoded) {
        return encoded.indexOf('%') < 0 && encoded.indexOf('+') < 0
                ? encoded
                : URLDecoder.decode(encoded, StandardCharsets.UTF_8);
    }
}
