package dev.durableobjects.runtime;

import static java.util.Objects.requireNonNull;

import io.helidon.webserver.http.HttpRouting;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How a Worker is put on a web server. Filled by the consumer that is given to
/// [DurableObjects#mount]. Not safe for use by several threads.
public final class MountConfig {

    private static final String CLIENT_FOLDER = "/durable-objects";

    /// A name in a path, but for `.` and `..`.
    private static final String NAME = "(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~-]+";

    private static final Pattern PATH = Pattern.compile("(?:/" + NAME + ")+");
    private static final Pattern RESOURCE = Pattern.compile(NAME + "(?:/" + NAME + ")*");

    private final Set<String> origins = new LinkedHashSet<>();
    private @Nullable String staticFolder;
    private @Nullable String clientFolder;
    private @Nullable String healthPath;
    private HttpRouting.@Nullable Builder routing;

    MountConfig(Set<String> origins) {
        this.origins.addAll(origins);
    }

    /// Serves the files below a folder of the class path; they come before the Worker.
    ///
    /// @param folder without a slash in front or at the end, as in `page` or `web/page`
    /// @throws IllegalArgumentException if it does not look like that
    public MountConfig staticContent(String folder) {
        requireNonNull(folder, "folder must be one of the class path, was null");
        if (!RESOURCE.matcher(folder).matches()) {
            throw new IllegalArgumentException(
                    "a folder of the class path looks like page or web/page, without a slash in"
                            + " front or at the end, was '%s'".formatted(folder));
        }
        this.staticFolder = folder;
        return this;
    }

    /// Serves the JavaScript client, a WebSocket that reconnects, as `/durable-objects/socket.js`.
    public MountConfig javaScriptClient() {
        return javaScriptClient(CLIENT_FOLDER);
    }

    /// Serves the JavaScript client from a folder of your choice: `socket.js`, which pages import,
    /// and the modules that it needs beside it.
    ///
    /// @param folder with a slash in front and none at the end, as in `/scripts/durable-objects`
    /// @throws IllegalArgumentException if it does not look like that
    public MountConfig javaScriptClient(String folder) {
        requireNonNull(folder, "folder must be a path, was null");
        this.clientFolder = checked("the folder of the JavaScript client", folder);
        return this;
    }

    /// Admits pages of another origin, as in `https://example.org`, to WebSockets and to requests
    /// that change something. Pages that the server itself serves are always admitted; behind a
    /// proxy that ends TLS, name the public origin here.
    public MountConfig origin(String origin) {
        origins.add(requireNonNull(origin, "origin must be one like https://host, was null"));
        return this;
    }

    /// Answers `GET` of a path with the runtime's [Health], before static content and the Worker:
    /// status 200 while it does its work, 503 while it does not, and as JSON
    /// `{"status":"HEALTHY","problems":[]}`. Not served if no path is set. It says so without a
    /// login, and names no files.
    ///
    /// @param path usually `/health`; names of letters, digits and `._~-` with a slash in front
    /// @throws IllegalArgumentException if it does not look like that; [DurableObjects#mount]
    ///   throws it if a file is served there
    public MountConfig health(String path) {
        requireNonNull(path, "path must be one like /health, was null");
        this.healthPath = checked("the path of the health check", path);
        return this;
    }

    /// Adds the Worker behind the routes of an HTTP routing of your own, instead of on a new one.
    /// You pass the routing to the server yourself.
    public MountConfig routing(HttpRouting.Builder own) {
        this.routing = requireNonNull(own, "own must be a routing, was null");
        return this;
    }

    private static String checked(String what, String path) {
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException(
                    "%s must have names of letters, digits and ._~- with a slash in front of each,"
                                    .formatted(what)
                            + " as in /do or /site/do, without a query and without '..'; was '%s'"
                                    .formatted(path));
        }
        return path;
    }

    Set<String> origins() {
        return origins;
    }

    Optional<String> staticFolder() {
        return Optional.ofNullable(staticFolder);
    }

    Optional<String> clientFolder() {
        return Optional.ofNullable(clientFolder);
    }

    Optional<String> healthPath() {
        return Optional.ofNullable(healthPath);
    }

    Optional<HttpRouting.Builder> routing() {
        return Optional.ofNullable(routing);
    }
}
