package org.guildhall.core.outbound;


/** The ways to call addresses that a tenant names: one resolver, and the HTTP client that uses it. */
public record Outbound(OutgoingAddresses addresses, GuardedResolver resolver, GuardedHttp http) implements AutoCloseable {

    public static Outbound open(OutgoingAddresses addresses) {
        var resolver = new GuardedResolver(addresses);
        return new Outbound(addresses, resolver, new GuardedHttp(resolver));
    }

    @Override
    public void close() {
        resolver.close();
    }
}
