package org.guildhall.core.outbound;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.guildhall.core.outbound.OutboundFailure.Code;

/** The form of targets, before any name is looked up. */
public final class TargetRules {

    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final int FIRST_FREE_PORT = 1_024;
    private static final int LAST_PORT = 65_535;

    private TargetRules() {}

    /**
     * Reads the URL of an HTTP call.
     *
     * @throws OutboundFailure {@code target_forbidden} for another scheme than http and https, for credentials, a missing host, or a port
     *     below 1024 other than 80 and 443
     */
    public static URI http(String url) throws OutboundFailure {
        URI target;
        try {
            target = new URI(url).parseServerAuthority();
        } catch (URISyntaxException unreadable) {
            throw forbidden("The target is not a URL.");
        }
        if (target.getScheme() == null || !SCHEMES.contains(target.getScheme().toLowerCase(Locale.ROOT))) {
            throw forbidden("The target must begin with http:// or https://.");
        }
        if (target.getHost() == null) {
            throw forbidden("The target has no host.");
        }
        if (target.getRawUserInfo() != null) {
            throw forbidden("The target must not contain credentials.");
        }
        if (target.getPort() != -1) {
            requireHttpPort(target.getPort());
        }
        return target;
    }

    private static void requireHttpPort(int port) throws OutboundFailure {
        if (port != 80 && port != 443 && (port < FIRST_FREE_PORT || port > LAST_PORT)) {
            throw forbidden("The port must be 80, 443, or 1024 or more.");
        }
    }

    static OutboundFailure forbidden(String detail) {
        return new OutboundFailure(Code.TARGET_FORBIDDEN, detail);
    }
}
