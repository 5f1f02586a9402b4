package dev.durableobjects.internal.edge;

import dev.durableobjects.http.Response;
import io.helidon.common.media.type.MediaTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Files of the class path, read once and served from memory.
///
/// A request can only name what was found at the start, so no path leads anywhere else. Every file
/// goes out with headers that keep a page to its own origin. Immutable.
public final class StaticContent {

    private static final StaticContent NONE = new StaticContent(Map.of());
    private static final String INDEX = "index.html";
    private static final int TAG_BYTES = 16;

    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
                    + " object-src 'none'";

    private final Map<String, Asset> assets;

    private StaticContent(Map<String, Asset> assets) {
        this.assets = Map.copyOf(assets);
    }

    /// Returns no content at all.
    public static StaticContent none() {
        return NONE;
    }

    /// Reads all files below a folder of the class path; `index.html` is served for its directory.
    ///
    /// @param bytesMax how much content there may be in all
    /// @throws IllegalArgumentException if there is no such folder, or too much in it
    public static StaticContent of(ClassLoader loader, String folder, int bytesMax) {
        var url = loader.getResource(folder);
        if (url == null) {
            throw new IllegalArgumentException(
                    "the class path has no folder '%s' with static content".formatted(folder));
        }
        try {
            URI uri = url.toURI();
            if (!"jar".equals(uri.getScheme())) {
                return read(Path.of(uri), bytesMax);
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return read(jar.getPath(folder), bytesMax);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read static content in " + url, e);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("cannot read static content in " + url, e);
        }
    }

    /// Returns this content and one more file.
    ///
    /// @param path where it is served, with a slash in front
    /// @throws IllegalArgumentException if there is a file at that path already
    public StaticContent with(String path, byte[] bytes) {
        Map<String, Asset> more = new HashMap<>(assets);
        if (more.put(path, Asset.of(path, bytes)) != null) {
            throw new IllegalArgumentException(
                    "two files of static content have the path '%s'".formatted(path));
        }
        return new StaticContent(more);
    }

    /// Returns whether there is a file at a path.
    public boolean has(String path) {
        return assets.containsKey(path);
    }

    /// Returns the file that a request asks for, null if it asks for none.
    ///
    /// @param tag the If-None-Match header, empty if there is none
    @Nullable Response find(String method, String path, String tag) {
        Asset asset = assets.get(path);
        if (asset == null || !(method.equals("GET") || method.equals("HEAD"))) {
            return null;
        }
        return tag.equals(asset.tag()) ? asset.notModified() : asset.response();
    }

    private static StaticContent read(Path folder, int bytesMax) throws IOException {
        Map<String, Asset> assets = new HashMap<>();
        int left = bytesMax;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                byte[] bytes = Files.readAllBytes(file);
                left -= bytes.length;
                if (left < 0) {
                    throw new IllegalArgumentException(
                            "static content must have at most %d bytes in all".formatted(bytesMax));
                }
                String name = "/" + folder.relativize(file).toString().replace('\\', '/');
                Asset asset = Asset.of(name, bytes);
                assets.put(name, asset);
                if (name.endsWith("/" + INDEX)) {
                    assets.put(name.substring(0, name.length() - INDEX.length()), asset);
                }
            }
        }
        return new StaticContent(assets);
    }

    /// A file and its entity tag.
    private record Asset(Response response, String tag) {

        static Asset of(String name, byte[] bytes) {
            String type =
                    MediaTypes.detectType(name).orElse(MediaTypes.APPLICATION_OCTET_STREAM).text();
            boolean isText = type.startsWith("text/") || type.contains("javascript");
            String tag = "\"" + hash(bytes) + "\"";
            Response response =
                    guarded(Response.of(200), tag)
                            .withHeader("content-type", isText ? type + "; charset=utf-8" : type)
                            .withBody(bytes);
            return new Asset(response, tag);
        }

        Response notModified() {
            return guarded(Response.of(304), tag);
        }

        private static Response guarded(Response response, String tag) {
            return response.withHeader("etag", tag)
                    .withHeader("cache-control", "no-cache")
                    .withHeader("content-security-policy", CONTENT_SECURITY_POLICY)
                    .withHeader("cross-origin-opener-policy", "same-origin")
                    .withHeader("referrer-policy", "no-referrer")
                    .withHeader("x-content-type-options", "nosniff");
        }

        private static String hash(byte[] bytes) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
                return HexFormat.of().formatHex(Arrays.copyOf(digest, TAG_BYTES));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }
}
