package org.guildhall.billing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.core.json.Json;

/** A connection to GoCardless with an account at the stand-in. */
public final class GoCardlessFixture {

    public static final String BILLING = "/api/v1/billing/";
    private static final long WAIT_NANOS = 60_000_000_000L;
    private static final long PAUSE_NANOS = 40_000_000L;

    public final Http http;
    public final GoCardlessStandIn.Account account = GoCardlessStandIn.shared().account();
    public final String connection;
    public final GoCardlessSender sender;

    /** @param settings the settings of the connection, as JSON */
    public GoCardlessFixture(TestServer.Tenant tenant, String settings) {
        this.http = new Http(tenant.server(), tenant.token());
        this.connection = String.valueOf(http.post(BILLING + "connections", """
                {"name": "GoCardless", "provider": "gocardless", "livemode": true, "account_reference": "OR1", "secret": "%s", "api_key": "%s",
                 "settings": %s}""".formatted(GoCardlessSender.SECRET, account.token(), settings)).expect(201).at("/id"));
        this.sender = new GoCardlessSender(new Http(tenant.server(), null), connection);
    }

    /** Sends some events in one body. */
    @SafeVarargs
    public final Reply send(Map<String, Object>... events) {
        return sender.send(GoCardlessBodies.body(List.of(events))).expect(200);
    }

    /** Waits until something has a value. */
    public static void until(String expected, Supplier<String> actual) {
        var seen = actual.get();
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && !seen.equals(expected);) {
            LockSupport.parkNanos(PAUSE_NANOS);
            seen = actual.get();
        }
        assertEquals(expected, seen);
    }

    /** Some members of the only or the newest object of a list, separated by blanks. */
    public String shown(String list, String... members) {
        var reply = http.get(BILLING + list).expect(200);
        var text = new StringBuilder();
        for (var member : members) {
            text.append(text.isEmpty() ? "" : " ").append(reply.at("/data/0/" + member));
        }
        return text.toString();
    }

    /** The balances of all ledger accounts that aren't zero, summed up by kind. */
    public String balances() {
        var sums = new TreeMap<String, Long>();
        Json.parse(http.get(BILLING + "ledger-accounts?limit=200").expect(200).text().getBytes(StandardCharsets.UTF_8)).path("data").forEach(
                account -> sums.merge(account.path("kind").asText(), account.path("balance").path("amount_minor").asLong(), Long::sum));
        sums.values().removeIf(sum -> sum == 0);
        return sums.toString();
    }
}
