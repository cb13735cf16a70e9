package org.guildhall.core.outbound;

import java.util.List;
import org.guildhall.core.auth.IpRange;

/** The ways to call addresses that a tenant names: one resolver, and the HTTP client that uses it. */
public record Outbound(AddressRules addresses, GuardedResolver resolver, GuardedHttp http) implements AutoCloseable {

    /** @param allowed the ranges that the operator allows although they aren't public */
    public static Outbound open(List<IpRange> allowed) {
        var addresses = new AddressRules(allowed);
        var resolver = new GuardedResolver(addresses);
        return new Outbound(addresses, resolver, new GuardedHttp(resolver));
    }

    @Override
    public void close() {
        http.close();
        resolver.close();
    }
}
