package dev.durableobjects.internal.edge;

import io.helidon.common.Weight;
import io.helidon.common.Weighted;
import io.helidon.webserver.ProtocolConfigs;
import io.helidon.webserver.http1.spi.Http1UpgradeProvider;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.websocket.WsConfig;

/// Puts our upgrade in front of Helidon's own. Found by the server through `ServiceLoader`; it
/// holds no state, each server's Worker is found through its routing. Extended by [Capitalized] and
/// [Shouted] only.
@Weight(Weighted.DEFAULT_WEIGHT + 50)
public class UpgradeProvider implements Http1UpgradeProvider<WsConfig> {

    /// For `ServiceLoader`.
    public UpgradeProvider() {}

    @Override
    public String protocolType() {
        return "websocket";
    }

    @Override
    public Class<WsConfig> protocolConfigType() {
        return WsConfig.class;
    }

    @Override
    public Http1Upgrader create(WsConfig config, ProtocolConfigs configs) {
        return new Upgrader(config, "websocket");
    }

    /// The same for a spelling that some clients use: RFC 6455 section 4.2.1 has the token without
    /// regard to case, and the server looks it up as it was sent.
    @Weight(Weighted.DEFAULT_WEIGHT + 50)
    public static final class Capitalized extends UpgradeProvider {

        /// For `ServiceLoader`.
        public Capitalized() {}

        @Override
        public Http1Upgrader create(WsConfig config, ProtocolConfigs configs) {
            return new Upgrader(config, "WebSocket");
        }
    }

    /// The same for clients that know upper case only.
    @Weight(Weighted.DEFAULT_WEIGHT + 50)
    public static final class Shouted extends UpgradeProvider {

        /// For `ServiceLoader`.
        public Shouted() {}

        @Override
        public Http1Upgrader create(WsConfig config, ProtocolConfigs configs) {
            return new Upgrader(config, "WEBSOCKET");
        }
    }
}
