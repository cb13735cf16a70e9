package org.guildhall.core.auth;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The inclusion of scopes: {@code d:write} includes {@code d:*:write}; {@code d:read} includes {@code d:*:read} and
 * {@code d:read:public}; write never includes read; no scope includes {@code platform:tenants:*}.
 */
public final class Scopes {

    private static final String TENANTS = "platform:tenants:";

    private Scopes() {}

    /** True if the held scopes include the wanted one. */
    public static boolean covers(Set<String> held, String wanted) {
        if (held.contains(wanted)) {
            return true;
        }
        if (wanted.startsWith(TENANTS)) {
            return false;
        }
        int domainEnd = wanted.indexOf(':');
        int verbStart = wanted.lastIndexOf(':') + 1;
        if (verbStart - 1 == domainEnd) {
            return false;
        }
        var domain = wanted.substring(0, domainEnd);
        if (wanted.equals(domain + ":read:public")) {
            return held.contains(domain + ":read");
        }
        var verb = wanted.substring(verbStart);
        return (verb.equals("read") || verb.equals("write")) && held.contains(domain + ":" + verb);
    }

    /** The wanted scopes that the held ones don't include. */
    public static List<String> missing(Set<String> held, Collection<String> wanted) {
        return wanted.stream().filter(scope -> !covers(held, scope)).toList();
    }
}
