package org.guildhall.core.outbound;

import java.util.List;

/** Looks up the records of a name; replaceable in tests. */
@FunctionalInterface
public interface DnsRecords {

    /**
     * The records of a type, as text; empty if the name has none.
     *
     * @param type a, aaaa, cname, mx or txt
     * @throws OutboundFailure {@code name_unknown} if the name doesn't exist, {@code no_resolver} if no name server answers
     */
    List<String> find(String name, String type, Deadline deadline) throws OutboundFailure;
}
