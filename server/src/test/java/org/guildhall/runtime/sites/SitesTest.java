package org.guildhall.runtime.sites;

import static org.guildhall.runtime.usage.UsageFixture.BASE;
import static org.guildhall.runtime.usage.UsageFixture.assertProblem;
import static org.guildhall.runtime.usage.UsageFixture.each;
import static org.guildhall.runtime.usage.UsageFixture.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.guildhall.Http.Reply;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.runtime.usage.UsageFixture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sites of an integration: their states, their references and the limit on their number. */
class SitesTest {

    private static final String URL = BASE + "/sites";

    private final UsageFixture usage = new UsageFixture();

    private String requested(String organization) {
        return usage.site(organization).expect(201).at("/id");
    }

    private Reply request(String organization, String integration, String more) {
        return usage.http.post(URL, "{\"organization_id\": \"%s\", \"integration_id\": \"%s\", \"name\": \"S\"%s}".formatted(organization, integration, more));
    }

    private Reply patch(String site, String body) {
        return usage.http.patch(URL + "/" + site, body);
    }

    @Test
    void requestedSite_isProvisionedAndActivated() {
        var organization = usage.organization(limit("wiki.sites", 2));
        var site = usage.site(organization).expect(201);
        assertEquals("requested", site.at("/state"));
        assertNull(site.at("/activated_at"));
        assertEquals(site.json(), usage.http.get(String.valueOf(site.header("Location"))).expect(200).json());
        var id = String.valueOf(site.at("/id"));
        var work = URL + "?state=requested&integration_id=" + usage.integration;
        assertEquals(List.of(id), each(usage.http.get(work), "/id"));
        assertEquals("provisioning", usage.act(id, "provision").expect(200).at("/state"));
        assertEquals(List.of(), each(usage.http.get(work), "/id"));
        var active = usage.act(id, "activate").expect(200);
        assertEquals("active", active.at("/state"));
        assertEquals(active.at("/state_since"), active.at("/activated_at"));
        var reason = "{\"reason\": \"The gardeners have moved.\"}";
        var still = usage.http.post(URL + "/" + id + "/make-read-only", reason).expect(200);
        assertEquals("read_only The gardeners have moved.", still.at("/state") + " " + still.at("/state_reason"));
        var again = usage.act(id, "activate").expect(200);
        assertNull(again.at("/state_reason"));
        assertEquals(active.at("/activated_at"), again.at("/activated_at"), "the first activation");
        assertEquals("removed", usage.act(id, "remove").expect(200).at("/state"));
        assertEquals("6", usage.http.get(URL + "/" + id).at("/version"));
        var trail = usage.http.get("/api/v1/platform/audit-events?sort=occurred_at&entity_type=site&entity_id=" + id);
        assertEquals(List.of("site.requested", "site.provisioning_started", "site.activated", "site.made_read_only", "site.activated", "site.removed"),
                each(trail, "/action"));
    }

    @Test
    void keepSiteIds_withForeignSite_refusesTheDowngrade() {
        var tiers = usage.ladder(usage.product(limit("wiki.sites", 1)), usage.product(limit("wiki.sites", 2)));
        var organization = usage.organization();
        usage.move(organization, "initiate", tiers.get(1), "").expect(201);
        var kept = requested(organization);
        var other = requested(usage.organization(limit("wiki.sites", 1)));
        assertProblem("422 validation_failed", "/keep_site_ids/1",
                usage.move(organization, "downgrade", tiers.get(0), ", \"keep_site_ids\": [\"%s\", \"%s\"]".formatted(kept, other)));
        usage.move(organization, "downgrade", tiers.get(0), ", \"keep_site_ids\": [\"" + kept + "\"]").expect(201);
    }

    @ParameterizedTest
    @CsvSource({
        "requested,    provision,      provisioning",
        "requested,    activate,       active",
        "requested,    make-read-only,",
        "requested,    remove,         removed",
        "provisioning, provision,",
        "provisioning, activate,       active",
        "provisioning, make-read-only,",
        "provisioning, remove,         removed",
        "active,       provision,",
        "active,       activate,",
        "active,       make-read-only, read_only",
        "active,       remove,         removed",
        "read_only,    provision,",
        "read_only,    activate,       active",
        "read_only,    make-read-only,",
        "read_only,    remove,         removed",
        "removed,      provision,",
        "removed,      activate,",
        "removed,      make-read-only,",
        "removed,      remove,",
    })
    void siteStates_allowOnlyTheirTransitions(String state, String verb, @Nullable String leads) {
        var site = requested(usage.organization(limit("wiki.sites", 1)));
        for (var step : switch (state) {
            case "requested" -> List.<String>of();
            case "provisioning" -> List.of("provision");
            case "active" -> List.of("activate");
            case "read_only" -> List.of("activate", "make-read-only");
            default -> List.of("remove");
        }) {
            usage.act(site, step).expect(200);
        }
        var reply = usage.act(site, verb);
        assertEquals(leads == null ? "409 invalid_state" : "200", reply.outcome());
        assertEquals(leads == null ? state : leads, usage.http.get(URL + "/" + site).at("/state"));
    }

    @Test
    void sites_beyondLimit_areRefused() {
        var organization = usage.organization(limit("wiki.sites", 2));
        var first = requested(organization);
        requested(organization);
        var refused = usage.site(organization);
        assertEquals("409 entitlement_exceeded", refused.outcome());
        assertEquals("wiki.sites 2 2", refused.at("/exceeded/0/resource_key") + " " + refused.at("/exceeded/0/limit") + " " + refused.at("/exceeded/0/used"));
        assertEquals("wiki.sites: the limit is 2, and 2 are in use.", refused.at("/detail"));
        usage.act(first, "activate").expect(200);
        usage.act(first, "make-read-only").expect(200);
        requested(organization);
        assertEquals("409 entitlement_exceeded", usage.act(first, "activate").outcome());
        usage.act(first, "remove").expect(200);
        assertEquals("409 entitlement_exceeded", usage.site(organization).outcome());
        var none = usage.site(usage.organization());
        assertEquals("409 entitlement_exceeded 0", none.outcome() + " " + none.at("/exceeded/0/limit"));
    }

    @Test
    void graceOrSoftOrUnlimitedRule_allowsMoreSites() {
        var grace = usage.organization(limit("wiki.sites", 1, ", \"grace_percent\": 100"));
        requested(grace);
        requested(grace);
        assertEquals("409 entitlement_exceeded", usage.site(grace).outcome());
        var soft = usage.organization(limit("wiki.sites", 0, ", \"enforcement\": \"soft\""));
        requested(soft);
        var unlimited = usage.organization("{\"resource_key\": \"wiki.sites\", \"kind\": \"limit\", \"unlimited\": true}");
        requested(unlimited);
        requested(unlimited);
    }

    @Test
    void siteThreshold_isRecordedOnce() {
        var organization = usage.organization(limit("wiki.sites", 4, ", \"threshold_percents\": [50, 100]"));
        requested(organization);
        var second = requested(organization);
        requested(organization);
        var list = BASE + "/organizations/" + organization + "/usage-thresholds?sort=created_at";
        var thresholds = usage.http.get(list).expect(200);
        assertEquals(List.of("50"), each(thresholds, "/percent"));
        assertEquals("wiki.sites 2 4", thresholds.at("/data/0/resource_key") + " " + thresholds.at("/data/0/used") + " " + thresholds.at("/data/0/limit_value"));
        var events = usage.http.get("/api/v1/platform/audit-events?entity_type=site&entity_id=" + second);
        assertEquals(List.of("site", "usage_threshold"), each(events.expect(200).json().at("/data/0/changes"), "/entity_type"));
        requested(organization);
        assertEquals(List.of("50", "100"), each(usage.http.get(list), "/percent"));
    }

    @Test
    void integration_withoutSitesKey_cannotHaveSites() {
        var other = usage.make(UsageFixture.CATALOG + "/integrations", """
                {"key": "shop", "name": "Shop", "resource_keys": [{"key": "shop.sites", "display_name": "Shops", "kind": "limit"}]}""");
        var organization = usage.organization(limit("wiki.sites", 1), limit("shop.sites", 2));
        requested(organization);
        request(organization, other, "").expect(201);
        request(organization, other, "").expect(201);
        assertEquals("shop.sites", request(organization, other, "").at("/exceeded/0/resource_key"));
        var bare = usage.make(UsageFixture.CATALOG + "/integrations", """
                {"key": "bare", "name": "Bare", "resource_keys": [{"key": "bare.sites", "display_name": "Sites", "kind": "boolean"}]}""");
        var refused = request(organization, bare, "");
        assertProblem("422 validation_failed", "/integration_id", refused);
        assertEquals("no_sites", refused.at("/errors/0/code"));
    }

    @Test
    void site_withUnknownReference_isRefused() {
        var organization = usage.organization(limit("wiki.sites", 9));
        var theirs = new UsageFixture();
        assertProblem("422 validation_failed", "/organization_id", request(theirs.organization(), usage.integration, ""));
        assertProblem("422 validation_failed", "/integration_id", request(organization, theirs.integration, ""));
        var workspace = workspace(organization);
        var other = workspace(usage.organization());
        assertProblem("422 validation_failed", "/workspace_id", request(organization, usage.integration, ", \"workspace_id\": \"" + other + "\""));
        var site = request(organization, usage.integration, ", \"workspace_id\": \"" + workspace + "\"").expect(201).at("/id");
        assertProblem("422 validation_failed", "/workspace_id", patch(site, "{\"workspace_id\": \"" + other + "\"}"));
        assertNull(patch(site, "{\"workspace_id\": null}").expect(200).at("/workspace_id"));
        usage.http.post(BASE + "/workspaces/" + workspace + "/archive", null).expect(200);
        assertProblem("409 invalid_state", "/workspace_id", patch(site, "{\"workspace_id\": \"" + workspace + "\"}"));
        assertProblem("422 validation_failed", "/domain", request(organization, usage.integration, ", \"domain\": \"Not a host\""));
    }

    private String workspace(String organization) {
        return usage.make(BASE + "/organizations/" + organization + "/workspaces", "{\"name\": \"W\"}");
    }

    @Test
    void site_ofArchivedIntegrationOrOrganization_isRefused() {
        var other = usage.make(UsageFixture.CATALOG + "/integrations", """
                {"key": "old", "name": "Old", "resource_keys": [{"key": "old.sites", "display_name": "Sites", "kind": "limit"}]}""");
        var organization = usage.organization(limit("wiki.sites", 9));
        usage.http.post(UsageFixture.CATALOG + "/integrations/" + other + "/archive", null).expect(200);
        assertProblem("409 invalid_state", "/integration_id", request(organization, other, ""));
        var site = requested(organization);
        usage.archive(organization);
        assertEquals(List.of("read_only"), usage.states(List.of(site)));
        assertProblem("409 invalid_state", "/organization_id", usage.site(organization));
        assertEquals("409 invalid_state", usage.act(site, "provision").outcome());
        assertEquals("409 invalid_state", usage.act(site, "activate").outcome());
        usage.act(site, "remove").expect(200);
    }

    @Test
    void domain_ofAnotherSite_isRefused() {
        var organization = usage.organization(limit("wiki.sites", 9));
        var named = ", \"domain\": \"garden.example\"";
        var first = request(organization, usage.integration, named).expect(201).at("/id");
        assertProblem("409 already_exists", "/domain", request(organization, usage.integration, named));
        var second = requested(organization);
        assertProblem("409 already_exists", "/domain", patch(second, "{\"domain\": \"garden.example\"}"));
        usage.act(first, "remove").expect(200);
        assertEquals("garden.example", patch(second, "{\"domain\": \"garden.example\", \"external_id\": \"s-2\"}").expect(200).at("/domain"));
        assertEquals(List.of(first, second), each(usage.http.get(URL + "?domain=garden.example"), "/id"));
        assertEquals(List.of(second), each(usage.http.get(URL + "?external_id=s-2"), "/id"));
        assertEquals("409 invalid_state", patch(first, "{\"name\": \"Late\"}").outcome());
        assertEquals("2", patch(second, "{\"external_id\": \"s-2\"}").expect(200).at("/version"), "nothing changed");
    }

    /** Puts an organization on the upper of two tiers, and creates three active sites. */
    private List<String> threeSites(String organization, String upper) {
        usage.move(organization, "initiate", upper, "").expect(201);
        var sites = new ArrayList<String>();
        for (int count = 0; count < 3; count++) {
            sites.add(requested(organization));
            usage.act(sites.getLast(), "activate").expect(200);
        }
        return sites;
    }

    @Test
    void downgrade_makesYoungestSitesReadOnly() {
        var tiers = usage.ladder(usage.product(limit("wiki.sites", 1)), usage.product(limit("wiki.sites", 16)));
        var organization = usage.organization();
        var sites = threeSites(organization, tiers.get(1));
        var move = usage.move(organization, "downgrade", tiers.get(0), "").expect(201);
        assertEquals(List.of("active", "read_only", "read_only"), usage.states(sites));
        var readOnly = usage.http.get(URL + "/" + sites.get(1));
        assertEquals("More sites than the organization is entitled to.", readOnly.at("/state_reason"));
        assertEquals(move.at("/effective_at"), readOnly.at("/state_since"));
        var event = usage.http.get("/api/v1/platform/audit-events?entity_type=site&entity_id=" + sites.get(1)).expect(200);
        assertEquals("transition.created", event.at("/data/0/action"));
        assertEquals("409 entitlement_exceeded", usage.act(sites.get(2), "activate").outcome());
        usage.move(organization, "upgrade", tiers.get(1), "").expect(201);
        assertEquals(List.of("active", "read_only", "read_only"), usage.states(sites));
        usage.act(sites.get(2), "activate").expect(200);
    }

    @Test
    void keepSiteIds_stayActive() {
        var tiers = usage.ladder(usage.product(limit("wiki.sites", 2)), usage.product(limit("wiki.sites", 16)));
        var organization = usage.organization();
        var sites = threeSites(organization, tiers.get(1));
        usage.move(organization, "downgrade", tiers.get(0), ", \"keep_site_ids\": [\"" + sites.get(2) + "\"]").expect(201);
        assertEquals(List.of("active", "read_only", "active"), usage.states(sites));
    }

    @Test
    void grantOfMoreSites_locksNoSite() throws Exception {
        var organization = usage.organization(limit("wiki.sites", 2));
        var site = requested(organization);
        var addOn = usage.product(limit("wiki.sites", 1, ", \"combine\": \"add\""));
        try (var other = usage.tenant.server().superuser(); var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select from runtime.sites where id = '" + UsageFixture.uuid(site) + "' for update");
            usage.hold(organization, addOn);
            other.rollback();
        }
    }

    @Test
    void requestedSites_beyondLimit_becomeReadOnly() {
        var tiers = usage.ladder(usage.product(limit("wiki.sites", 1)), usage.product(limit("wiki.sites", 16)));
        var organization = usage.organization();
        usage.move(organization, "initiate", tiers.get(1), "").expect(201);
        var sites = List.of(requested(organization), requested(organization));
        usage.move(organization, "downgrade", tiers.get(0), "").expect(201);
        assertEquals(List.of("requested", "read_only"), usage.states(sites));
        assertNull(usage.http.get(URL + "/" + sites.get(1)).at("/activated_at"));
        usage.act(sites.get(0), "remove").expect(200);
        assertNotNull(usage.act(sites.get(1), "activate").expect(200).at("/activated_at"));
    }

    @Test
    void addOn_revoked_makesItsSitesReadOnly() {
        var organization = usage.organization(limit("wiki.sites", 1));
        var addOn = usage.make(BASE + "/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\"}"
                .formatted(organization, usage.product(limit("wiki.sites", 1, ", \"combine\": \"add\""))));
        var sites = List.of(requested(organization), requested(organization));
        sites.forEach(site -> usage.act(site, "activate").expect(200));
        usage.http.post(BASE + "/grants/" + addOn + "/revoke", "{}").expect(200);
        assertEquals(List.of("active", "read_only"), usage.states(sites));
    }

    @Test
    void dueTransition_isAppliedBeforeASiteIsCreated() throws SQLException {
        var fixture = new UsageFixture(TestServer.withoutScheduler());
        var tiers = fixture.ladder(fixture.product(limit("wiki.sites", 1)), fixture.product(limit("wiki.sites", 16)));
        var organization = fixture.organization();
        fixture.move(organization, "initiate", tiers.get(0), "").expect(201);
        var until = Instant.now().plus(1, ChronoUnit.HOURS);
        var trial = fixture.http.get(UsageFixture.CATALOG + "/tiers/" + tiers.get(1)).at("/product_id");
        fixture.http.post(BASE + "/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\", \"kind\": \"trial\", \"ends_at\": \"%s\"}"
                .formatted(organization, trial, until)).expect(201);
        var sites = Stream.generate(() -> fixture.site(organization).expect(201).at("/id")).limit(3).toList();
        try (var _ = new TestClock(TestServer.withoutScheduler(), until)) {
            assertEquals("409 entitlement_exceeded", fixture.site(organization).outcome());
            fixture.act(sites.get(2), "remove").expect(200);
            assertEquals(List.of("read_only", "read_only", "removed"), fixture.states(sites), "the trial is over, and no default follows");
        }
    }
}
