package dev.durableobjects.spec;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObjectId;
import dev.durableobjects.operations.ObjectQuery;
import dev.durableobjects.operations.Operations;
import dev.durableobjects.runtime.DurableObjectsBuilder;
import dev.durableobjects.runtime.NamespaceConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/// Probes of two namespaces, and an operator who works on them, in either way.
final class OperatorWorld implements AutoCloseable {

    static final String NAMESPACE = "PROBE";
    static final String OTHER = "OTHER";

    private static final Binding<ProbeApi> OTHERS = Binding.of(OTHER, ProbeApi.class);

    /// How the operator gets at the objects.
    enum Way {
        /// The runtime serves them.
        LIVE,
        /// Nobody uses their directory.
        OFFLINE
    }

    /// What the operator does.
    interface Task<R> {
        R run(Operations operations) throws Exception;
    }

    /// The names of objects whose alarm has run.
    final BlockingQueue<String> alarms = new LinkedBlockingQueue<>();

    private final Path directory;
    private final Way way;
    private final Consumer<DurableObjectsBuilder> settings;
    private final Consumer<NamespaceConfig.Builder> namespace;
    private ProbeRuntime runtime;

    OperatorWorld(Path directory, Way way) {
        this(directory, way, builder -> {}, config -> {});
    }

    OperatorWorld(
            Path directory,
            Way way,
            Consumer<DurableObjectsBuilder> settings,
            Consumer<NamespaceConfig.Builder> namespace) {
        this.directory = directory;
        this.way = way;
        this.settings = settings;
        this.namespace = namespace;
        this.runtime = open();
    }

    private ProbeRuntime open() {
        return new ProbeRuntime(directory, this::set, namespace);
    }

    private void set(ProbeRuntime probes, DurableObjectsBuilder builder) {
        probes.alarm = (self, info) -> alarms.add(self.ctx().id().name().orElse(""));
        builder.namespace(OTHERS, (ctx, env) -> new Probe(ctx, env, probes), namespace);
        settings.accept(builder);
    }

    ProbeRuntime runtime() {
        return runtime;
    }

    /// Lets the operator do something. Live, the runtime goes on meanwhile.
    <R> R operate(Task<R> task) throws Exception {
        if (way == Way.LIVE) {
            return task.run(runtime.objects().operations());
        }
        runtime.close();
        try (Operations operations = Operations.open(directory)) {
            return task.run(operations);
        } finally {
            runtime = open();
        }
    }

    /// The same for what returns nothing.
    void operation(Operation operation) throws Exception {
        operate(operations -> {
            operation.run(operations);
            return null;
        });
    }

    /// What the operator does without a result.
    interface Operation {
        void run(Operations operations) throws Exception;
    }

    void insert(String object, Object value) throws Exception {
        runtime.in(
                object,
                (self, argument) -> {
                    self.createTable();
                    self.insert(value);
                    return null;
                });
    }

    /// Returns what an object holds, nothing if it has no table.
    List<?> values(String object) throws Exception {
        return (List<?>) runtime.in(object, (self, argument) -> values(self));
    }

    /// Returns what an object of the other namespace holds.
    List<?> othersValues(String object) throws Exception {
        runtime.script("values", (self, argument) -> values(self));
        return (List<?>)
                runtime.objects().env().namespace(OTHERS).getByName(object).rpc().run("values", "");
    }

    static List<?> values(Probe self) {
        boolean hasTable =
                self.ctx()
                        .storage()
                        .sql()
                        .exec("SELECT 1 FROM sqlite_schema WHERE name = 't'")
                        .hasNext();
        return hasTable ? self.values() : List.of();
    }

    void setAlarm(String object, Instant time) throws Exception {
        runtime.in(
                object,
                (self, argument) -> {
                    self.ctx().storage().setAlarm(time);
                    return null;
                });
    }

    Object alarm(String object) throws Exception {
        return runtime.in(object, (self, argument) -> self.ctx().storage().getAlarm());
    }

    /// Makes an object without a name.
    DurableObjectId unnamed() throws Exception {
        DurableObjectId id = runtime.namespace().newUniqueId();
        runtime.script(
                "make",
                (self, argument) -> {
                    self.createTable();
                    return null;
                });
        runtime.namespace().get(id).rpc().run("make", "");
        return id;
    }

    /// Returns the names of the objects that are listed, or their ids.
    List<String> listed() throws Exception {
        return operate(operations -> names(operations, ObjectQuery.of(NAMESPACE)));
    }

    static List<String> names(Operations operations, ObjectQuery query) {
        return operations.list(query).objects().stream()
                .map(object -> object.id().name().orElseGet(() -> object.id().toString()))
                .toList();
    }

    /// Returns the first column of what a SQLite file answers.
    static List<Object> ask(Path database, String sql) throws SQLException {
        List<Object> answers = new ArrayList<>();
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                answers.add(found.getObject(1));
            }
        }
        return answers;
    }

    /// Changes a SQLite file.
    static void change(Path database, String... sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String one : sql) {
                statement.execute(one);
            }
        }
    }

    static Connection connect(Path database) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + database.toUri());
    }

    /// Returns a time behind everything that was done, and before everything that comes.
    static Instant pass() {
        Instant now = Instant.now();
        while (Instant.now().toEpochMilli() <= now.toEpochMilli() + 1) {
            Thread.onSpinWait();
        }
        return Instant.ofEpochMilli(now.toEpochMilli() + 1);
    }

    @Override
    public void close() {
        runtime.close();
    }
}
