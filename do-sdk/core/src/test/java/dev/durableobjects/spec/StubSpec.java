package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectStub;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a stub knows, and what its calls find.
@Timeout(60)
class StubSpec {

    @TempDir private Path directory;
    private ProbeRuntime runtime;

    @BeforeEach
    void start() {
        runtime = new ProbeRuntime(directory);
        runtime.script("increment", (self, by) -> self.counter += Integer.parseInt(by));
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @Test
    void aStubKnowsItsIdAndTheNameItWasMadeFrom() {
        DurableObjectId named = runtime.namespace().idFromName("foo");

        DurableObjectStub<ProbeApi> stub = runtime.namespace().get(named);
        DurableObjectStub<ProbeApi> unnamed =
                runtime.namespace().get(runtime.namespace().idFromString(named.toString()));

        assertThat(stub.id(), is(named));
        assertThat(stub.name(), is(Optional.of("foo")));
        assertThat(unnamed.id(), is(named));
        assertThat(unnamed.name(), is(Optional.empty()));
    }

    @Test
    void makingAStubStartsNothing() {
        runtime.stub("a");

        assertThat(runtime.objects().liveObjects(), is(0));
        assertThat(runtime.constructed, is(List.of()));
    }

    @Test
    void fieldsStayBetweenCalls() throws Exception {
        ProbeApi object = runtime.stub("a").rpc();

        assertThat(object.run("increment", "5"), is(5));
        assertThat(object.run("increment", "2"), is(7));
        assertThat(object.run("increment", "8"), is(15));
    }

    @Test
    void firstCallsThatMeetStartOneInstance() throws Exception {
        List<CompletableFuture<Object>> calls = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            calls.add(ProbeRuntime.started(() -> runtime.stub("a").rpc().run("increment", "1")));
        }

        List<Object> results = new ArrayList<>();
        for (CompletableFuture<Object> call : calls) {
            results.add(call.get(30, TimeUnit.SECONDS));
        }

        assertThat(results, containsInAnyOrder(1, 2, 3));
        assertThat(runtime.constructed, hasSize(1));
    }
}
