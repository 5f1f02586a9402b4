package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Requests and responses as values, without a server.
class RequestSpec {

    @ParameterizedTest
    @CsvSource({
        "/a?u=http://b/c, /a, u=http://b/c",
        "/go/http://b/c, /go/http://b/c, ''",
        "http://h/a?x=1, /a, x=1",
        "https://h:8443/go/http://b, /go/http://b, ''",
        "http://h?x=/a, /, x=/a",
        "http://h, /, ''"
    })
    void onlyWhatPrecedesThePathIsTheAuthority(String target, String path, String query) {
        Request request = Request.get(target);

        assertThat(request.path(), is(path));
        assertThat(request.rawQuery(), is(query));
    }

    @Test
    void aParameterMayHaveSeveralValues() {
        Request request = Request.get("/?a=1&b=2&a=3+4&c");

        assertThat(request.queryAll("a"), is(List.of("1", "3 4")));
        assertThat(request.query("a").orElseThrow(), is("1"));
        assertThat(request.queryAll("c"), is(List.of("")));
        assertThat(request.queryAll("d"), is(List.of()));
    }

    @Test
    void halfOfASurrogatePairBecomesTheReplacementCharacter() {
        assertThat(Response.text(200, "a\ud83db").text(), is("a\ufffdb"));
        assertThat(Response.text(200, "\ud83d\ude00").text(), is("\ud83d\ude00"));
        assertThat(Request.post("/", "\ude00").text(), is("\ufffd"));
    }

    @ParameterizedTest
    @CsvSource({"a/b", "?u=http://b/c", "''", "://h/a"})
    void aTargetWithoutAPathIsRefused(String target) {
        assertThrows(IllegalArgumentException.class, () -> Request.get(target));
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Length, 3",
        "transfer-encoding, chunked",
        "Trailer, x-sum",
        "Keep-Alive, timeout=5",
        "Proxy-Connection, close",
        "Connection, keep-alive"
    })
    void aHeaderOfTheServerIsRefused(String name, String value) {
        Response response = Response.text(200, "hello");

        Exception refused =
                assertThrows(
                        IllegalArgumentException.class, () -> response.withHeader(name, value));

        assertThat(refused.getMessage(), containsString("header " + name.toLowerCase(Locale.ROOT)));
    }

    @Test
    void aResponseMayEndItsConnection() {
        Response response = Response.of(200).withHeader("Connection", "close");

        assertThat(response.headers().get("connection").orElseThrow(), is("close"));
    }
}
