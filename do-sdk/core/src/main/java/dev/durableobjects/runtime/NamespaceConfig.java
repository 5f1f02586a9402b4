package dev.durableobjects.runtime;

import static java.util.Objects.requireNonNull;

import dev.durableobjects.Admission;
import dev.durableobjects.internal.value.Unicode;
import dev.durableobjects.sql.SqlPolicy;
import dev.durableobjects.websocket.SocketQueuePolicy;
import java.time.Duration;
import java.util.Locale;

/// How a namespace is set up beside its binding and its class. Immutable; made by
/// [DurableObjectsBuilder#namespace].
public final class NamespaceConfig {

    /// For how long the past of an object is kept if nothing else is said: as Cloudflare does.
    static final Duration HISTORY = Duration.ofDays(30);

    private final String uniqueKey;
    private final Admission admission;
    private final SqlPolicy sqlPolicy;
    private final SocketQueuePolicy socketQueuePolicy;
    private final Duration history;

    private NamespaceConfig(Builder builder) {
        this.uniqueKey = builder.uniqueKey;
        this.admission = builder.admission;
        this.sqlPolicy = builder.sqlPolicy;
        this.socketQueuePolicy = builder.socketQueuePolicy;
        this.history = builder.history;
    }

    /// Returns the key from which ids and file names derive.
    public String uniqueKey() {
        return uniqueKey;
    }

    /// Returns which names the namespace admits.
    public Admission admission() {
        return admission;
    }

    /// Returns what SQL the objects may run.
    public SqlPolicy sqlPolicy() {
        return sqlPolicy;
    }

    /// Returns what becomes of sockets whose peer reads too slowly.
    public SocketQueuePolicy socketQueuePolicy() {
        return socketQueuePolicy;
    }

    /// Returns for how long the past of an object is kept; zero keeps nothing.
    public Duration history() {
        return history;
    }

    /// Collects the settings of a namespace. Not safe for use by several threads.
    public static final class Builder {

        private String uniqueKey;
        private Admission admission = Admission.all();
        private SqlPolicy sqlPolicy = SqlPolicy.CLOUDFLARE;
        private SocketQueuePolicy socketQueuePolicy = SocketQueuePolicy.CLOSE;
        private Duration history = HISTORY;

        Builder(String binding) {
            this.uniqueKey = binding.toLowerCase(Locale.ROOT);
        }

        /// Sets the key from which ids and file names derive; the default is the binding's name in
        /// lower case. It must never change once there is data: a start with another one is
        /// refused.
        ///
        /// @throws IllegalArgumentException if it is not 1 to 64 of `a-z`, `0-9`, `_` and `-`
        public Builder uniqueKey(String key) {
            requireNonNull(key, "key must be a text, was null");
            if (!key.matches("[a-z0-9_-]{1,64}")) {
                throw new IllegalArgumentException(
                        "a unique key must be 1-64 of a-z, 0-9, '_' and '-', was '%s'"
                                .formatted(Unicode.visible(key)));
            }
            this.uniqueKey = key;
            return this;
        }

        /// Sets which names are admitted; the default is every name.
        public Builder admission(Admission policy) {
            requireNonNull(policy, "policy must be an Admission, was null");
            this.admission = policy;
            return this;
        }

        /// Sets what SQL the objects may run; the default is [SqlPolicy#CLOUDFLARE].
        public Builder sqlPolicy(SqlPolicy policy) {
            requireNonNull(policy, "policy must be a SqlPolicy, was null");
            this.sqlPolicy = policy;
            return this;
        }

        /// Sets what becomes of sockets whose peer reads too slowly; the default is
        /// [SocketQueuePolicy#CLOSE].
        public Builder socketQueuePolicy(SocketQueuePolicy policy) {
            this.socketQueuePolicy =
                    requireNonNull(policy, "policy must be a SocketQueuePolicy, was null");
            return this;
        }

        /// Sets for how long the past of an object is kept, so that it can be put back; the default
        /// is 30 days. Zero keeps nothing, and forgets what was kept.
        ///
        /// @param retention one beyond 100 years counts as 100 years
        /// @throws IllegalArgumentException if it is negative
        public Builder history(Duration retention) {
            requireNonNull(retention, "retention must be a Duration, was null");
            if (retention.isNegative()) {
                throw new IllegalArgumentException(
                        "history is kept for a time of at least 0, was " + retention);
            }
            this.history = retention;
            return this;
        }

        NamespaceConfig build() {
            return new NamespaceConfig(this);
        }
    }
}
