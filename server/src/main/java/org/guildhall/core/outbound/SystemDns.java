package org.guildhall.core.outbound;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.InitialDirContext;
import org.guildhall.core.outbound.OutboundFailure.Code;

/** The records that the name servers of the system give. */
final class SystemDns implements DnsRecords {

    @Override
    public List<String> find(String name, String type, Deadline deadline) throws OutboundFailure {
        var settings = new Hashtable<String, String>();
        settings.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        settings.put(Context.PROVIDER_URL, "dns:");
        // One retry: together three times the initial wait.
        settings.put("com.sun.jndi.dns.timeout.initial", Long.toString(Math.max(1, deadline.left().toMillis() / 3)));
        settings.put("com.sun.jndi.dns.timeout.retries", "2");
        var attribute = type.toUpperCase(Locale.ROOT);
        try {
            var context = new InitialDirContext(settings);
            try {
                var found = context.getAttributes(name, new String[] {attribute}).get(attribute);
                var records = new ArrayList<String>();
                for (int at = 0; found != null && at < found.size(); at++) {
                    records.add(String.valueOf(found.get(at)));
                }
                return records;
            } finally {
                context.close();
            }
        } catch (NameNotFoundException unknown) {
            throw new OutboundFailure(Code.NAME_UNKNOWN, "The name doesn't exist.");
        } catch (NamingException unanswered) {
            throw new OutboundFailure(Code.NO_RESOLVER, "No name server gave an answer.");
        }
    }
}
