package org.guildhall.providers.domains;

import java.util.List;
import org.guildhall.core.outbound.TlsProbe.Certificate;
import org.jspecify.annotations.Nullable;

/**
 * The result of one look at a domain.
 *
 * @param recordSeen true if the TXT record of the verification is there
 * @param dns expected, failover, elsewhere or missing
 * @param seen the CNAME record, else the public addresses
 * @param error the reason why there is no certificate
 */
record DomainLook(boolean recordSeen, String dns, List<String> seen, @Nullable Certificate certificate, @Nullable Error error) {

    record Error(String code, String detail) {}
}
