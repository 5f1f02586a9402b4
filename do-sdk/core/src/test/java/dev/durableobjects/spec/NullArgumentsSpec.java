package dev.durableobjects.spec;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.durableobjects.AbortOptions;
import dev.durableobjects.Action;
import dev.durableobjects.Admission;
import dev.durableobjects.AdmissionException;
import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.Binding;
import dev.durableobjects.Bookmark;
import dev.durableobjects.BookmarkException;
import dev.durableobjects.Callback;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectException;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.DurableObjectNamespace;
import dev.durableobjects.DurableObjectSnapshot;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.DurableObjectStorage;
import dev.durableobjects.DurableObjectStub;
import dev.durableobjects.Env;
import dev.durableobjects.Limits;
import dev.durableobjects.RetryPolicy;
import dev.durableobjects.Schedule;
import dev.durableobjects.Schedules;
import dev.durableobjects.SchemaMigrations;
import dev.durableobjects.TransactionBody;
import dev.durableobjects.Worker;
import dev.durableobjects.http.ChunkSource;
import dev.durableobjects.http.Headers;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.kv.KvEntry;
import dev.durableobjects.kv.KvListing;
import dev.durableobjects.kv.KvStorage;
import dev.durableobjects.kv.ListOptions;
import dev.durableobjects.kv.WriteOptions;
import dev.durableobjects.operations.Backup;
import dev.durableobjects.operations.Finding;
import dev.durableobjects.operations.NodeOperations;
import dev.durableobjects.operations.ObjectPage;
import dev.durableobjects.operations.ObjectQuery;
import dev.durableobjects.operations.OperationException;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.operations.Progress;
import dev.durableobjects.operations.StoredNamespace;
import dev.durableobjects.operations.StoredObject;
import dev.durableobjects.operations.VerifyReport;
import dev.durableobjects.runtime.DurableObjects;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.Health;
import dev.durableobjects.runtime.Metrics;
import dev.durableobjects.runtime.MountConfig;
import dev.durableobjects.runtime.NamespaceConfig;
import dev.durableobjects.sql.SqlCursor;
import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorage;
import dev.durableobjects.sql.SqlStorageException;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketListener;
import dev.durableobjects.websocket.WebSocketMessage;
import dev.durableobjects.websocket.WebSocketPair;
import dev.durableobjects.websocket.WebSocketRequestResponsePair;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whoever passes null where a value is needed is told where, at once.
@Timeout(60)
class NullArgumentsSpec {

    private static final Set<String> PACKAGES =
            Set.of("", ".http", ".json", ".kv", ".sql", ".websocket", ".operations", ".runtime");

    /// What the runtime makes and applications read, and what applications implement.
    private static final Set<Class<?>> NOT_CALLED =
            Set.of(
                    Action.class,
                    AdmissionException.class,
                    AlarmInvocationInfo.class,
                    Backup.class,
                    BookmarkException.class,
                    Callback.class,
                    ChunkSource.class,
                    DurableObject.class,
                    DurableObjectException.class,
                    DurableObjectSnapshot.class,
                    Finding.class,
                    Health.class,
                    Health.Problem.class,
                    KvEntry.class,
                    KvListing.class,
                    Metrics.class,
                    NodeOperations.class,
                    ObjectPage.class,
                    OperationException.class,
                    Progress.class,
                    Schedule.class,
                    SchemaMigrations.Migration.class,
                    SqlStorageException.class,
                    StoredNamespace.class,
                    TransactionBody.class,
                    VerifyReport.class,
                    WebSocket.Connection.class,
                    WebSocketListener.class,
                    WebSocketMessage.class,
                    WebSocketMessage.Binary.class,
                    WebSocketMessage.Text.class,
                    WebSocketPair.class,
                    Worker.class);

    private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "compareTo");

    /// Fewer would mean that some are not found any more.
    private static final int PARAMETERS_MIN = 150;

    @TempDir private Path directory;
    private final Map<Class<?>, Object> samples = new HashMap<>();
    private final List<String> mistakes = new ArrayList<>();
    private int asked;

    record Row(long n) {}

    @Test
    void isNamedWhereverItIsGiven() throws Exception {
        try (ProbeRuntime runtime = new ProbeRuntime(directory)) {
            runtime.in(
                    "a",
                    (self, x) -> {
                        prepareValues();
                        prepareObject(self);
                        prepareRuntime(runtime);
                        for (JavaClass type : publicTypes()) {
                            ask(type.reflect());
                        }
                        return "";
                    });
        }

        assertThat(mistakes, is(empty()));
        assertThat(asked, is(greaterThan(PARAMETERS_MIN)));
    }

    private static List<JavaClass> publicTypes() {
        return new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.durableobjects")
                        .stream()
                        .filter(type -> PACKAGES.contains(packageOf(type)))
                        .filter(type -> Modifier.isPublic(type.reflect().getModifiers()))
                        .filter(type -> !NOT_CALLED.contains(type.reflect()))
                        .toList();
    }

    private static String packageOf(JavaClass type) {
        return type.getPackageName().substring("dev.durableobjects".length());
    }

    private void ask(Class<?> type) {
        Stream.of(type.getDeclaredConstructors(), type.getDeclaredMethods())
                .<Executable>flatMap(Arrays::stream)
                .filter(one -> Modifier.isPublic(one.getModifiers()) && !one.isSynthetic())
                .filter(one -> !OF_EVERY_OBJECT.contains(one.getName()))
                .filter(one -> !(type.isEnum() && one.getName().equals("valueOf")))
                .forEach(one -> {
                    for (int i = 0; i < one.getParameterCount(); i++) {
                        Parameter parameter = one.getParameters()[i];
                        if (!parameter.getType().isPrimitive() && !mayBeNull(parameter)) {
                            ask(one, i);
                        }
                    }
                });
    }

    private static boolean mayBeNull(Parameter parameter) {
        return parameter.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private void ask(Executable one, int index) {
        @Nullable Object[] arguments =
                Arrays.stream(one.getParameterTypes()).map(this::sample).toArray();
        arguments[index] = null;
        String name = one.getParameters()[index].getName();
        String where = "%s.%s, %s".formatted(one.getDeclaringClass(), one.getName(), name);
        asked++;
        try {
            if (one instanceof Constructor<?> constructor) {
                constructor.newInstance(arguments);
            } else {
                boolean isStatic = Modifier.isStatic(one.getModifiers());
                Object receiver = isStatic ? null : sample(one.getDeclaringClass());
                ((Method) one).invoke(receiver, arguments);
            }
            mistakes.add(where + ": nothing");
        } catch (InvocationTargetException e) {
            Throwable told = e.getCause();
            if (!saysSo(told, name)) {
                mistakes.add(where + ": " + told);
            }
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            mistakes.add(where + " cannot be asked: " + e);
        }
    }

    private static boolean saysSo(Throwable told, String name) {
        String message = String.valueOf(told.getMessage());
        boolean isOfJava = message.startsWith("Cannot invoke") || message.contains(" because ");
        return (told instanceof NullPointerException || told instanceof IllegalArgumentException)
                && !isOfJava
                && message.contains(name);
    }

    private Object sample(Class<?> type) {
        Object known = samples.get(type);
        if (known != null) {
            return known;
        }
        if (type.isPrimitive()) {
            return Array.get(Array.newInstance(type, 1), 0);
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), DurableObjectId.LENGTH);
        }
        if (!type.isInterface()) {
            throw new AssertionError("this test has no sample of " + type);
        }
        return Proxy.newProxyInstance(
                type.getClassLoader() == null
                        ? NullArgumentsSpec.class.getClassLoader()
                        : type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> null);
    }

    private <T> void put(Class<T> type, T sample) {
        samples.put(type, sample);
    }

    private void prepareValues() {
        put(Object.class, "x");
        put(String.class, "x");
        samples.put(Class.class, Row.class);
        put(Type.class, Row.class);
        put(Throwable.class, new IllegalStateException());
        put(List.class, List.of());
        put(Collection.class, List.of());
        put(Map.class, Map.of());
        put(Duration.class, Duration.ofSeconds(1));
        put(Instant.class, Instant.MAX);
        put(Path.class, directory);
        put(Binding.class, Probe.PROBE);
        put(Bookmark.class, new Bookmark("%08x-%08x-%08x-%032x".formatted(0, 0, 0, 0)));
        put(Admission.class, Admission.all());
        put(AbortOptions.class, new AbortOptions(true));
        put(Limits.class, Limits.standard());
        put(RetryPolicy.class, RetryPolicy.STANDARD);
        put(SchemaMigrations.class, SchemaMigrations.none());
        put(WriteOptions.class, WriteOptions.CONFIRMED);
        put(ListOptions.class, ListOptions.all());
        put(Headers.class, Headers.empty());
        put(Headers.Builder.class, Headers.builder());
        put(Request.class, Request.get("/"));
        put(Response.class, Response.of(200));
        put(WebSocket.class, WebSocketPair.create().server());
        put(WebSocketRequestResponsePair.class, new WebSocketRequestResponsePair("a", "b"));
        put(WebServerConfig.Builder.class, WebServer.builder());
    }

    private void prepareObject(Probe self) {
        DurableObjectStorage storage = self.ctx().storage();
        put(DurableObjectState.class, self.ctx());
        put(DurableObjectStorage.class, storage);
        put(DurableObjectId.class, self.ctx().id());
        put(Schedules.class, self.ctx().schedules());
        put(KvStorage.class, storage.kv());
        put(SqlStorage.class, storage.sql());
        put(SqlCursor.class, storage.sql().exec("SELECT 1 AS n UNION ALL SELECT 2"));
        put(SqlRow.class, storage.sql().exec("SELECT 1 AS n").one());
        put(
                DurableObjectSnapshot.class,
                new DurableObjectSnapshot("x", (Bookmark) sample(Bookmark.class), self.ctx().id()));
    }

    private void prepareRuntime(ProbeRuntime runtime) {
        put(DurableObjects.class, runtime.objects());
        put(Operations.class, runtime.objects().operations());
        put(ObjectQuery.class, ObjectQuery.of("PROBE"));
        put(
                StoredObject.class,
                new StoredObject("PROBE", (DurableObjectId) sample(DurableObjectId.class)));
        put(Env.class, runtime.objects().env());
        put(DurableObjectNamespace.class, runtime.namespace());
        put(DurableObjectStub.class, runtime.stub("b"));
        put(
                DurableObjectsBuilder.class,
                DurableObjects.builder()
                        .namespace(
                                Binding.of("B", ProbeApi.class),
                                (ctx, env) -> new Probe(ctx, env, runtime),
                                settings -> put(NamespaceConfig.Builder.class, settings)));
        runtime.objects()
                .mount(
                        WebServer.builder(),
                        (request, env) -> Response.of(200),
                        settings -> put(MountConfig.class, settings));
    }
}
