package org.guildhall.providers.domains;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.core.outbound.GuardedResolver;
import org.guildhall.core.outbound.OutboundFailure.Code;
import org.guildhall.core.outbound.OutboundFailure;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.core.outbound.TlsProbe;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.providers.domains.DomainStore.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Domains by HTTP on a node that doesn't look at them by itself; the test looks, with its own records of DNS. */
class DomainsTest {

    private static final String URL = "/api/v1/providers/domains";

    private final TestServer server = TestServer.withoutScheduler();
    private final TestServer.Tenant tenant = server.tenant();
    private final Http http = new Http(server, tenant.token());
    private final DomainStore store = new DomainStore();
    private final Map<String, List<String>> records = new HashMap<>();
    private boolean silent;

    private Reply create(String name, String more) {
        return http.post(URL, "{\"name\": \"" + name + "\", \"purpose\": \"Shop\", \"expected_target\": \"shops.example\"" + more + "}");
    }

    private String made(String name) {
        return create(name, "").expect(201).at("/id");
    }

    private Reply get(String id) {
        return http.get(URL + "/" + id).expect(200);
    }

    private Reply act(String id, String verb) {
        return http.post(URL + "/" + id + "/" + verb, null);
    }

    /** Looks at all due domains of the tenant. */
    private int look() {
        var claimed = server.db().upkeep(tenant.id(), tx -> store.claim(tx, 100));
        record(claimed);
        return claimed.size();
    }

    /** Looks at claimed domains. */
    private void record(List<Row> claimed) {
        try (var resolver = new GuardedResolver(new OutgoingAddresses(List.of()), host -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")});
                var job = new DomainJob(server.db(), queue(), store,
                        new DomainInspector((name, type, deadline) -> found(name, type), new OutgoingAddresses(List.of()), new TlsProbe(resolver), 1))) {
            claimed.forEach(domain -> job.lookAndRecord(tenant.id(), domain));
        }
    }

    private List<String> found(String name, String type) throws OutboundFailure {
        var found = records.get(name + " " + type);
        if (silent || found == null) {
            throw new OutboundFailure(silent ? Code.NO_RESOLVER : Code.NAME_UNKNOWN, "Nothing.");
        }
        return found;
    }

    private TaskQueue queue() {
        return new TaskQueue(server.db(), 1, any -> true);
    }

    @Test
    void domain_isVerifiedByItsRecord_andItsLooksAreRecorded() {
        var id = made("shop.winter.example");
        var pending = get(id);
        assertEquals("pending pending unknown none watch",
                pending.at("/state") + " " + pending.at("/verification/state") + " " + pending.at("/dns/state") + " " + pending.at("/certificate/state")
                        + " " + pending.at("/runbook_state"));
        assertNotNull(pending.at("/next_check_at"));
        assertEquals(1, look());
        assertEquals("pending missing", get(id).at("/state") + " " + get(id).at("/dns/state"));
        assertNull(get(id).at("/next_check_at"));
        assertEquals(0, look(), "it is due no more");
        assertEquals("1", get(id).at("/version"), "a look is no change by anybody");

        records.put(pending.at("/verification/record_name") + " txt", List.of(String.valueOf(pending.at("/verification/record_value"))));
        records.put("shop.winter.example cname", List.of("shops.example."));
        records.put("shop.winter.example a", List.of("93.184.215.14"));
        act(id, "check").expect(200);
        look();
        var verified = get(id);
        assertEquals("verified verified expected 1", verified.at("/state") + " " + verified.at("/verification/state") + " " + verified.at("/dns/state")
                + " " + verified.at("/consecutive_failures"));
        assertEquals("target_forbidden", verified.at("/last_error/code"), "the resolver of the test leads to this machine");
        assertEquals("shops.example", verified.at("/dns/seen/0"));
        var trail = http.get("/api/v1/platform/audit-events?actor_type=job&entity_type=domain&entity_id=" + id);
        assertEquals("domain.updated domains", trail.at("/data/0/action") + " " + trail.at("/data/0/source_workflow"));
        assertNull(trail.at("/data/1"), "only a change of the state is an event");

        silent = true;
        act(id, "check").expect(200);
        look();
        assertEquals("verified expected no_resolver", get(id).at("/state") + " " + get(id).at("/dns/state") + " " + get(id).at("/last_error/code"));
    }

    @Test
    void removedDomain_keepsNothingDue_andItsNameCanBeAddedAgain() {
        var id = made("a.winter.example");
        assertEquals("409 already_exists", create("a.winter.example", "").outcome());
        assertEquals("/name", create("a.winter.example", "").at("/errors/0/pointer"));
        var removed = act(id, "remove").expect(200);
        assertEquals("removed ok", removed.at("/state") + " " + removed.at("/runbook_state"));
        assertEquals(0, look());
        for (var verb : List.of("check", "remove")) {
            assertEquals("409 invalid_state", act(id, verb).outcome(), verb);
        }
        assertEquals("409 invalid_state", http.patch(URL + "/" + id, "{\"purpose\": \"Other\"}").outcome());
        var again = made("a.winter.example");
        assertNotEquals(get(id).at("/verification/record_value"), get(again).at("/verification/record_value"));
        assertEquals(again, http.get(URL + "?name=a.winter.example&state=pending").at("/data/0/id"));
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void lookInFlight_recordsNothingOnceTheDomainIsChanged(boolean removed, boolean unanswered) {
        var id = made("late.winter.example");
        var claimed = server.db().upkeep(tenant.id(), tx -> store.claim(tx, 100));
        if (removed) {
            act(id, "remove").expect(200);
        } else {
            http.patch(URL + "/" + id, "{\"expected_target\": \"other.example\"}").expect(200);
        }
        silent = unanswered;
        record(claimed);
        assertEquals((removed ? "removed" : "pending") + " unknown null", get(id).at("/state") + " " + get(id).at("/dns/state") + " " + get(id).at("/last_error"));
        silent = false;
        assertEquals(removed ? 0 : 1, look(), "the changed domain is still due");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "name": "Shop.example"                  | /name             | pattern
            "name": "localhost"                     | /name             | pattern
            "name": "127.0.0.1"                     | /name             | pattern
            "name": "a.example."                    | /name             | pattern
            "expected_target": "1.2.3.999"          | /expected_target  | address
            "expected_target": "::1::2"             | /expected_target  | address
            "failover_target": "Shops.example"      | /failover_target  | same_target
            "organization_id": "org_01m7xvh62sf9nbmm4d0j0y6c9r" | /organization_id | validation_failed
            "signal_id": "sig_01m82hyv3ge4ftz15kcqd0tm7a" | /signal_id | validation_failed
            """)
    void wrongMembers_haveAPointer(String member, String pointer, String code) {
        var body = new HashMap<>(Map.of("name", "\"b.winter.example\"", "purpose", "\"Shop\"", "expected_target", "\"shops.example\""));
        body.put(member.split("\"")[1], member.substring(member.indexOf(": ") + 2));
        var refused = http.post(URL, "{" + String.join(", ", body.entrySet().stream().map(entry -> "\"" + entry.getKey() + "\": " + entry.getValue()).toList()) + "}");
        assertEquals("422 validation_failed", refused.outcome(), refused.text());
        assertEquals(pointer + " " + code, refused.at("/errors/0/pointer") + " " + refused.at("/errors/0/code"), refused.text());
    }

    @Test
    void expiringCertificates_areFoundByTheirEnd_andTheirStateFollowsTheClock() throws SQLException {
        var id = made("tls.winter.example");
        made("none.winter.example");
        tenant.sql("""
                update providers.domains set certificate_issuer = 'CN=a', certificate_not_after = platform.app_now() + interval '29 days',
                    certificate_trusted = true, certificate_matches = true, state = 'active', verified_at = now(), record_seen = true, dns_state = 'expected'
                where tenant_id = ? and name = 'tls.winter.example'""", tenant.id());
        assertEquals("expiring watch", get(id).at("/certificate/state") + " " + get(id).at("/runbook_state"));
        var list = http.get(URL + "?expires_before=2999-01-01T00:00:00Z");
        assertEquals(id, list.at("/data/0/id"));
        assertNull(list.at("/data/1"));
        tenant.sql("update providers.domains set certificate_not_after = platform.app_now() where tenant_id = ? and certificate_issuer is not null", tenant.id());
        assertEquals("expired action", get(id).at("/certificate/state") + " " + get(id).at("/runbook_state"));
    }

    @Test
    void job_makesEveryDomainDue_inBatches() {
        var first = made("one.winter.example");
        made("two.winter.example");
        act(made("gone.winter.example"), "remove").expect(200);
        look();
        try (var resolver = new GuardedResolver(new OutgoingAddresses(List.of()));
                var job = new DomainJob(server.db(), queue(), store,
                        new DomainInspector((name, type, deadline) -> List.of(), new OutgoingAddresses(List.of()), new TlsProbe(resolver), 1))) {
            var marked = server.db().upkeep(tenant.id(), tx -> store.markDue(tx, new UUID(0, 0), 1));
            assertEquals(1, marked.number());
            assertNotNull(get(first).at("/next_check_at"));
            var rest = server.db().upkeep(tenant.id(), tx -> store.markDue(tx, marked.last(), 10));
            assertEquals(1, rest.number(), "the removed one isn't among them");
            assertEquals("domains", job.offered().name());
        }
        assertEquals(2, look());
    }

    @Test
    void twoNodes_neverClaimTheSameDomain() throws Exception {
        for (int count = 0; count < 20; count++) {
            made("n" + count + ".winter.example");
        }
        Callable<List<Row>> node = () -> server.db().upkeep(tenant.id(), tx -> store.claim(tx, 5));
        Set<UUID> claimed = new HashSet<>();
        int number = 0;
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (var result : threads.invokeAll(List.of(node, node, node, node, node, node))) {
                for (var row : result.get()) {
                    claimed.add(row.id());
                    number++;
                }
            }
        }
        assertEquals(number, claimed.size());
        assertTrue(number >= 5, "some were claimed");
    }
}
