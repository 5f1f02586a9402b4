package dev.durableobjects.internal.edge;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class HttpEdgeTest {

    @Test
    void aBodyThatIsInterruptedEndsTheConnectionAndTheThreadStaysInterrupted() {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();

        assertThrows(
                CloseConnectionException.class,
                () ->
                        HttpEdge.stream(
                                "GET",
                                () -> {
                                    throw new InterruptedException("on purpose");
                                },
                                responseInto(sent)));

        assertThat("interrupted", Thread.interrupted(), is(true));
        assertThat(sent.size(), is(0));
    }

    /// A response of which only the stream is asked for.
    private static ServerResponse responseInto(ByteArrayOutputStream sent) {
        return (ServerResponse)
                Proxy.newProxyInstance(
                        HttpEdgeTest.class.getClassLoader(),
                        new Class<?>[] {ServerResponse.class},
                        (proxy, method, arguments) -> {
                            assertThat(method.getName(), is("outputStream"));
                            return sent;
                        });
    }
}
