package dev.durableobjects.runtime;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.Limit;
import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.journal.Disk;
import dev.durableobjects.internal.rpc.MethodTable;
import dev.durableobjects.spi.CommitLog;
import io.helidon.common.config.Config;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// Sets up a runtime. Not safe for use by several threads.
public final class DurableObjectsBuilder {

    private final List<RegisteredClass> classes = new ArrayList<>();
    private final Set<String> origins = new LinkedHashSet<>();
    private Path directory = Path.of("data");
    private Limits limits = Limits.standard();
    private RandomGenerator random = new SecureRandom();
    private Waiting waiting = Waiting.system();
    private Disk disk = Disk.system();
    private UnaryOperator<CommitLog> log = UnaryOperator.identity();
    private InstantSource clock = InstantSource.system();
    private Optional<Long> journalBytes = Optional.empty();

    DurableObjectsBuilder() {}

    /// Takes settings from configuration: `directory`, `origins` (a list) and `limits`, whose keys
    /// [Limit] lists and may be in lower case, as the environment has them. What is set later wins.
    ///
    /// @param config the node that holds these keys, usually `durable`
    /// @throws IllegalArgumentException if a key is unknown, a limit is no number or out of range,
    ///   or the directory is empty
    public DurableObjectsBuilder config(Config config) {
        requireNonNull(config, "config must be a node of a configuration, was null");
        ConfiguredLimits.checkKeys(config);
        config.get("directory").asString().ifPresent(path -> directory(Path.of(path)));
        config.get("origins").asList(String.class).ifPresent(origins::addAll);
        return limits(ConfiguredLimits.over(limits, config.get("limits")));
    }

    /// Sets the directory that holds the data; the default is `data` in the working directory. It
    /// is made if it is missing, and used by one runtime at a time.
    ///
    /// @throws IllegalArgumentException if the path is empty
    public DurableObjectsBuilder directory(Path path) {
        requireNonNull(path, "path must be a directory, was null");
        if (path.toString().isBlank()) {
            throw new IllegalArgumentException(
                    "the data directory must be a path, was ''; write . for the working directory");
        }
        this.directory = path;
        return this;
    }

    /// Sets all bounds.
    public DurableObjectsBuilder limits(Limits bounds) {
        requireNonNull(bounds, "bounds must be Limits, was null");
        this.limits = bounds;
        return this;
    }

    /// Sets one bound.
    ///
    /// @throws IllegalArgumentException if the value is less than 1
    public DurableObjectsBuilder limit(Limit limit, int value) {
        return limits(limits.with(limit, value));
    }

    /// Sets where random ids come from; the default is a `SecureRandom`. For tests.
    public DurableObjectsBuilder random(RandomGenerator source) {
        requireNonNull(source, "source must be a generator, was null");
        this.random = source;
        return this;
    }

    /// Sets where the time of day comes from: alarms and schedules are due by it, and history tells
    /// it. For tests; a clock that is set forward is noticed within a second. It must show a time
    /// from 1970 to 9999.
    public DurableObjectsBuilder clock(InstantSource source) {
        requireNonNull(source, "source must be an InstantSource, was null");
        this.clock = new CheckedClock(source);
        return this;
    }

    /// Registers a namespace.
    ///
    /// @param factory makes an instance, usually the constructor: `Flight::new`; what it makes
    ///   implements the interface of the binding
    /// @param <O> the class of the objects
    /// @throws IllegalArgumentException if there is a namespace of this name or of its unique key,
    ///   or if the interface has something that cannot be called from outside of an object
    public <O extends DurableObject> DurableObjectsBuilder namespace(
            Binding<? super O> binding, BiFunction<DurableObjectState, Env, O> factory) {
        return namespace(binding, factory, settings -> {});
    }

    /// Registers a namespace with settings.
    ///
    /// @param factory makes an instance, usually the constructor: `Flight::new`; what it makes
    ///   implements the interface of the binding
    /// @param <O> the class of the objects
    /// @throws IllegalArgumentException if there is a namespace of this name or of its unique key,
    ///   or if the interface has something that cannot be called from outside of an object
    public <O extends DurableObject> DurableObjectsBuilder namespace(
            Binding<? super O> binding,
            BiFunction<DurableObjectState, Env, O> factory,
            Consumer<NamespaceConfig.Builder> settings) {
        requireNonNull(binding, "binding must be a Binding, was null");
        requireNonNull(factory, "factory must be a constructor, was null");
        requireNonNull(settings, "settings must be a Consumer, was null");
        NamespaceConfig.Builder builder = new NamespaceConfig.Builder(binding.name());
        settings.accept(builder);
        RegisteredClass added = new RegisteredClass(binding, factory, builder.build());
        for (RegisteredClass known : classes) {
            if (known.binding().name().equals(binding.name())
                    || known.config().uniqueKey().equals(added.config().uniqueKey())) {
                throw new IllegalArgumentException(
                        "namespace %s has the name or the unique key '%s' of namespace %s"
                                .formatted(
                                        binding.name(),
                                        added.config().uniqueKey(),
                                        known.binding().name()));
            }
        }
        MethodTable.check(binding.api());
        classes.add(added);
        return this;
    }

    /// Opens the data directory and starts the runtime.
    ///
    /// @throws IllegalStateException if another process uses the directory, or if a namespace has
    ///   another unique key than before
    public DurableObjects build() {
        return DurableObjects.start(
                new Surroundings(
                        directory, limits, random, waiting, disk, log, clock, journalBytes),
                classes,
                origins);
    }

    /// Replaces how the engine waits, for simulations.
    DurableObjectsBuilder waiting(Waiting other) {
        this.waiting = other;
        return this;
    }

    /// Replaces what forces disk, for tests of faults.
    DurableObjectsBuilder disk(Disk other) {
        this.disk = other;
        return this;
    }

    /// Sets the size from which the journal's files are freed, for tests in which a journal of
    /// `Limit.JOURNAL_MIB` would never be full.
    DurableObjectsBuilder journalBytes(long bytes) {
        this.journalBytes = Optional.of(bytes);
        return this;
    }

    /// Puts something around the commit log, for tests of faults.
    DurableObjectsBuilder log(UnaryOperator<CommitLog> around) {
        this.log = around;
        return this;
    }
}
