package org.guildhall.core.outbound;


/** The ways to call addresses that a tenant names: one resolver with the clients that use it, and records of DNS. */
public record Outbound(
        OutgoingAddresses addresses, GuardedResolver resolver, GuardedHttp http, TlsProbe tls, DnsRecords dns) implements AutoCloseable {

    public static Outbound open(OutgoingAddresses addresses) {
        var resolver = new GuardedResolver(addresses);
        return new Outbound(addresses, resolver, new GuardedHttp(resolver), new TlsProbe(resolver), new SystemDns());
    }

    @Override
    public void close() {
        resolver.close();
    }
}
