package org.guildhall.runtime.sites;

import static org.guildhall.runtime.usage.UsageFixture.BASE;
import static org.guildhall.runtime.usage.UsageFixture.each;
import static org.guildhall.runtime.usage.UsageFixture.limit;
import static org.guildhall.runtime.usage.UsageFixture.uuid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.core.Race;
import org.guildhall.runtime.entitlements.EntitlementFixture;
import org.guildhall.runtime.usage.UsageFixture;
import org.junit.jupiter.api.Test;

/** The history of site states: reads at a past instant show and count the states of that instant. */
class SiteLifecycleTest {

    private static final String URL = BASE + "/sites";

    private final UsageFixture usage = new UsageFixture();

    private static Instant since(Reply site) {
        return Instant.parse(String.valueOf(site.expect(200).at("/state_since")));
    }

    private Reply site(String id, Instant at) {
        return usage.http.get(URL + "/" + id + "?at=" + at);
    }

    /** The number of sites that counted at an instant. */
    private String used(String organization, Instant at) {
        return EntitlementFixture.of(usage.http.get(BASE + "/organizations/" + organization + "/entitlements?at=" + at), "wiki.sites").get("used").asText();
    }

    /** The states of the sites in the overview of an instant, newest site first. */
    private List<String> shown(String organization, Instant at) {
        return each(usage.http.get("/api/v1/overview/organizations/" + organization + "?at=" + at).expect(200).json().at("/sites/data"), "/state");
    }

    @Test
    void site_atPastInstant_hasStateOfThen() {
        var organization = usage.organization(limit("wiki.sites", 2));
        var created = usage.site(organization).expect(201);
        var id = String.valueOf(created.at("/id"));
        var instants = new LinkedHashMap<Instant, String>();
        instants.put(Instant.parse(String.valueOf(created.at("/created_at"))), "requested 1");
        instants.put(since(usage.act(id, "provision")), "provisioning 1");
        var active = usage.act(id, "activate");
        instants.put(since(active), "active 1");
        instants.put(since(usage.http.post(URL + "/" + id + "/make-read-only", "{\"reason\": \"The season is over.\"}")), "read_only 0");
        instants.put(since(usage.act(id, "activate")), "active 1");
        instants.put(since(usage.act(id, "make-read-only")), "read_only 0");
        instants.put(since(usage.act(id, "remove")), "removed 0");
        String before = null;
        for (var one : instants.entrySet()) {
            var at = one.getKey();
            var found = site(id, at).expect(200);
            assertEquals(one.getValue(), found.at("/state") + " " + used(organization, at));
            assertEquals(at, since(found));
            assertEquals(one.getValue().startsWith("removed") ? List.of() : List.of(found.at("/state")), shown(organization, at));
            if (before != null) {
                assertEquals(before, site(id, at.minusNanos(1_000)).at("/state") + " " + used(organization, at.minusNanos(1_000)), "just before");
            }
            before = one.getValue();
        }
        var all = List.copyOf(instants.keySet());
        assertEquals("404 not_found", site(id, all.getFirst().minusNanos(1_000)).outcome());
        assertNull(site(id, all.get(1)).at("/activated_at"), "it wasn't active yet");
        assertEquals(active.at("/activated_at"), site(id, all.get(3)).at("/activated_at"));
        assertEquals("The season is over.", site(id, all.get(3)).at("/state_reason"));
        assertNull(site(id, all.get(4)).at("/state_reason"));
        assertEquals(created.at("/name"), site(id, all.get(6)).at("/name"));
    }

    @Test
    void sitesBeyondLimit_countUntilTheDowngrade() {
        var tiers = usage.ladder(usage.product(limit("wiki.sites", 1)), usage.product(limit("wiki.sites", 16)));
        var organization = usage.organization();
        usage.move(organization, "initiate", tiers.get(1), "").expect(201);
        var sites = new ArrayList<String>();
        for (int count = 0; count < 3; count++) {
            sites.add(usage.site(organization).expect(201).at("/id"));
        }
        var downgradedAt = Instant.parse(String.valueOf(usage.move(organization, "downgrade", tiers.get(0), "").expect(201).at("/effective_at")));
        usage.move(organization, "upgrade", tiers.get(1), "").expect(201);
        usage.act(sites.get(2), "activate").expect(200);
        assertEquals("3", used(organization, downgradedAt.minusNanos(1_000)));
        assertEquals("1", used(organization, downgradedAt));
        assertEquals(List.of("requested", "requested", "requested"), shown(organization, downgradedAt.minusNanos(1_000)));
        assertEquals(List.of("read_only", "read_only", "requested"), shown(organization, downgradedAt));
        assertEquals(List.of("active", "read_only", "requested"), shown(organization, since(usage.http.get(URL + "/" + sites.get(2)))));
    }

    @Test
    void sitesAtPastInstant_areFilteredByStateOfThen() {
        var organization = usage.organization(limit("wiki.sites", 9));
        var first = String.valueOf(usage.site(organization).expect(201).at("/id"));
        var second = String.valueOf(usage.site(organization).expect(201).at("/id"));
        usage.act(second, "activate").expect(200);
        var then = since(usage.act(first, "activate"));
        usage.act(first, "make-read-only").expect(200);
        var third = String.valueOf(usage.site(organization).expect(201).at("/id"));
        var list = URL + "?organization_id=" + organization;
        assertEquals(List.of(first, second), each(usage.http.get(list + "&at=" + then), "/id"));
        assertEquals(List.of(second, first), each(usage.http.get(list + "&sort=state_since&at=" + then), "/id"));
        assertEquals(List.of(second, first), each(usage.http.get(list + "&sort=state_since&state=active&at=" + then), "/id"));
        assertEquals(List.of(), each(usage.http.get(list + "&state=read_only&at=" + then), "/id"));
        assertEquals(List.of(first), each(usage.http.get(list + "&state=read_only"), "/id"));
        assertEquals(List.of(second, first, third), each(usage.http.get(list + "&sort=state_since"), "/id"));
        var page = usage.http.get(list + "&sort=state_since&limit=1&at=" + then).expect(200);
        var next = usage.http.get(list + "&sort=state_since&limit=1&at=" + then + "&cursor=" + page.at("/page/next_cursor"));
        assertEquals(List.of(second, first), List.of(page.at("/data/0/id"), next.expect(200).at("/data/0/id")));
    }

    @Test
    void sitesSinceInstant_showEachChangeOnce() {
        var organization = usage.organization(limit("wiki.sites", 9));
        var sites = new ArrayList<String>();
        for (int count = 0; count < 3; count++) {
            sites.add(usage.site(organization).expect(201).at("/id"));
            usage.act(sites.get(count), "activate").expect(200);
        }
        var lastChange = since(usage.http.get(URL + "/" + sites.get(2)));
        var changesAfter = URL + "?integration_id=" + usage.integration + "&sort=state_since&state_since_after=";
        assertEquals(List.of(), each(usage.http.get(changesAfter + lastChange), "/id"));
        usage.act(sites.get(1), "make-read-only").expect(200);
        var last = since(usage.act(sites.get(0), "remove"));
        var changed = usage.http.get(changesAfter + lastChange).expect(200);
        assertEquals(List.of(sites.get(1), sites.get(0)), each(changed, "/id"));
        assertEquals(List.of("read_only", "removed"), each(changed, "/state"));
        assertEquals(List.of(sites.get(1)), each(usage.http.get(changesAfter + lastChange + "&state_since_before=" + last), "/id"));
    }

    /** A failover to a server with a late clock has this effect. */
    @Test
    void state_afterClockSetBack_followsPreviousState() {
        var organization = usage.organization(limit("wiki.sites", 2));
        var id = String.valueOf(usage.site(organization).expect(201).at("/id"));
        usage.sql("""
                with ahead as (update runtime.sites set state_since = now() + interval '1 hour' where id = ? returning id, state_since)
                update runtime.site_states t set starts_at = a.state_since from ahead a where t.site_id = a.id""", uuid(id));
        var ahead = since(usage.http.get(URL + "/" + id));
        var provisioning = since(usage.act(id, "provision"));
        assertTrue(provisioning.isAfter(ahead), provisioning + " after " + ahead);
        assertEquals("provisioning", site(id, provisioning).at("/state"));
    }

    @Test
    void siteStates_changedConcurrently_neverOverlap() throws Exception {
        var organization = usage.organization(limit("wiki.sites", 2));
        var id = String.valueOf(usage.site(organization).expect(201).at("/id"));
        Race.run(8, number -> usage.act(id, number % 2 == 0 ? "activate" : "make-read-only").status());
        assertEquals(List.of("0"), usage.stored("""
                select count(*) from runtime.site_states a join runtime.site_states b using (tenant_id, site_id)
                where a.site_id = ? and a.starts_at < b.starts_at and a.ends_at is distinct from b.starts_at
                  and not exists (select from runtime.site_states c
                                  where c.site_id = a.site_id and c.starts_at > a.starts_at and c.starts_at < b.starts_at)""", id));
        assertEquals(List.of("t"), usage.stored("""
                select (s.state, s.state_since) = (t.state, t.starts_at)
                from runtime.sites s join runtime.site_states t on t.site_id = s.id and t.ends_at is null
                where s.id = ?""", id));
        assertThrows(IllegalStateException.class, () -> usage.sql("""
                insert into runtime.site_states (tenant_id, site_id, state, starts_at)
                select tenant_id, id, 'active', now() from runtime.sites where id = ?""", uuid(id)));
    }

    @Test
    void site_ofAnotherTenant_isNotFoundAtAnyInstant() {
        var id = String.valueOf(usage.site(usage.organization(limit("wiki.sites", 1))).expect(201).at("/id"));
        var other = new Http(usage.tenant.server(), new UsageFixture().tenant.token());
        assertEquals("404 not_found", other.get(URL + "/" + id + "?at=" + Instant.now()).outcome());
        assertEquals(List.of(), each(other.get(URL + "?at=" + Instant.now()), "/id"));
    }

    @Test
    void allowanceNamedSites_atPastInstant_showsItsUse() {
        usage.make(UsageFixture.CATALOG + "/integrations", """
                {"key": "forum", "name": "Forum", "resource_keys": [
                  {"key": "forum.sites", "display_name": "Sites visited", "kind": "allowance"}]}""");
        var organization = usage.organization(UsageFixture.allowance("forum.sites", "year", 10));
        usage.report(UsageFixture.event(organization, "forum.sites", 3)).expect(201);
        var at = Instant.now();
        for (var when : List.of("", "?at=" + at)) {
            var used = EntitlementFixture.of(usage.http.get(BASE + "/organizations/" + organization + "/entitlements" + when), "forum.sites").get("used");
            assertEquals(3, used.asLong(), when);
        }
    }
}
