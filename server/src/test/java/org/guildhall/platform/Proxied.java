package org.guildhall.platform;

import java.util.List;
import org.guildhall.Config;
import org.guildhall.core.auth.IpRange;

/** A node behind proxies. */
final class Proxied {

    private Proxied() {}

    /** These settings with trusted proxies in this range. */
    static Config trusting(Config config, String range) {
        return new Config(config.database(), config.host(), config.port(), config.publicUrl(), config.keys(), config.corsOrigins(),
                List.of(IpRange.parse(range)), config.scheduler(), config.allowedTargets(), config.providerUrls());
    }
}
