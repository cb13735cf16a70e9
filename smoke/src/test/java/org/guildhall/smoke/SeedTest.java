package org.guildhall.smoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.guildhall.App;
import org.guildhall.Config;
import org.guildhall.billing.BillingModule.ProviderUrls;
import org.guildhall.client.Domains;
import org.guildhall.client.Guildhall;
import org.guildhall.client.model.EffectiveEntitlement;
import org.guildhall.client.model.LadderTier;
import org.guildhall.client.model.ListOrganizationTransitionsOptions;
import org.guildhall.client.model.ListOrganizationTransitionsSort;
import org.guildhall.client.model.ListPersonsOptions;
import org.guildhall.client.model.ListPlanLaddersOptions;
import org.guildhall.client.model.ListProvisionsOptions;
import org.guildhall.client.model.ListProvisionsSort;
import org.guildhall.client.model.ListSitesOptions;
import org.guildhall.client.model.ListSitesSort;
import org.guildhall.client.model.PlanStanding;
import org.guildhall.client.model.TransitionState;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.DbConfig;
import org.guildhall.migrations.Embedded;
import org.guildhall.migrations.Roles;
import org.guildhall.platform.FirstToken;
import org.junit.jupiter.api.Test;

class SeedTest {

    private static final Keys KEYS = Keys.parse("test:0123456789abcdef0123456789abcdef");

    @Test
    void seed_runAgain_addsNothing() throws Exception {
        try (var postgres = Embedded.throwaway()) {
            var database = new DbConfig(postgres.url(postgres.database("seed")), Roles.APP, "", 8, Duration.ofSeconds(5));
            try (var app = App.start(new Config(database, "127.0.0.1", 0, "http://localhost", KEYS, Set.of(), List.of(), false, List.of(), ProviderUrls.LIVE))) {
                var url = "http://127.0.0.1:" + app.port();
                String platform;
                try (var db = new Db(database)) {
                    platform = FirstToken.create(db, KEYS, "Seed test");
                }
                var secrets = new HashMap<String, String>();
                var tokens = Seed.demo(url, secrets, platform, null);
                var once = counts(url, tokens);
                Seed.demo(url, secrets, platform, null);
                assertEquals(once, counts(url, tokens));
                assertTrue(once.get("products") >= 12, once::toString);
                assertEquals(63, once.get("persons"), once::toString);
                seed_fedWikiService_hasThreeTiers(url, tokens);
                assertEquals(12, once.get("signals"), once::toString);
                ProviderRoomCheck.check(client(url, tokens.readOnly()));
                ProviderRoomCheck.checkBackbone(client(url, tokens.readOnly()));
                trial_supersedesDefault_publicReturns(client(url, secrets.get("wiki-cooperative.admin")).runtime());
            }
        }
    }

    private static void seed_fedWikiService_hasThreeTiers(String url, Seed.Tokens tokens) {
        var ladder = client(url, tokens.tenantAdmin()).catalog()
                .planLadders().list(new ListPlanLaddersOptions().withExternalId("fedwiki-service")).data().getFirst();
        assertEquals("FedWiki Service", ladder.name());
        assertEquals(List.of("Public", "Standard", "Flexible"), ladder.tiers().stream().map(LadderTier::name).toList());
    }

    private static void trial_supersedesDefault_publicReturns(Domains.Runtime runtime) {
        var person = runtime.persons().list(new ListPersonsOptions().withExternalId(WikiMembers.EXAMPLE)).data().getFirst();
        var own = person.personalOrganizationId();
        var moves = runtime.transitions().listOrganizationTransitions(own, new ListOrganizationTransitionsOptions().withSort(ListOrganizationTransitionsSort.EFFECTIVE_AT))
                .stream()
                .filter(move -> move.state().equals(TransitionState.DONE))
                .map(move -> move.kind() + " " + move.cause())
                .toList();
        assertEquals(List.of("initiate default", "upgrade trial", "end default"), moves);
        var plans = runtime.provisions().list(new ListProvisionsOptions().withOrganizationId(own).withSort(ListProvisionsSort.CREATED_AT))
                .stream()
                .filter(provision -> provision.tierId() != null)
                .map(provision -> provision.state().toString())
                .toList();
        assertEquals(List.of("ended", "ended", "active"), plans, "Public, Standard, and Public again");
        var entitled = runtime.entitlements().getEffectiveEntitlements(own).value();
        assertEquals(List.of("Public"), entitled.plans().stream().map(PlanStanding::tierName).toList());
        assertEquals(Map.of("fedwiki.sites", 1L, "fedwiki.storage_mb", 16L), entitled.entitlements().stream()
                .collect(Collectors.toMap(EffectiveEntitlement::resourceKey, EffectiveEntitlement::limit)));
        var sites = runtime.sites().list(new ListSitesOptions().withOrganizationId(own).withSort(ListSitesSort.CREATED_AT)).data();
        assertEquals(List.of("active", "read_only"), sites.stream().map(site -> site.state().toString()).toList(), "the older site stays active");
    }

    private static Map<String, Long> counts(String url, Seed.Tokens tokens) {
        var catalog = client(url, tokens.tenantAdmin()).catalog();
        var counts = new TreeMap<String, Long>();
        counts.put("products", count(catalog.products().list().all()));
        counts.put("ladders", count(catalog.planLadders().list().all()));
        counts.put("entitlement sets", count(catalog.entitlementSets().list().all()));
        counts.put("integrations", count(catalog.integrations().list().all()));
        counts.put("types", count(catalog.orgTypes().list().all()));
        counts.put("policies", count(catalog.defaultGrantPolicies().list().all()));
        var runtime = client(url, tokens.tenantAdmin()).runtime();
        counts.put("persons", count(runtime.persons().list().all()));
        counts.put("organizations", count(runtime.organizations().list().all()));
        counts.put("memberships", count(runtime.memberships().list().all()));
        counts.put("households", count(runtime.households().list().all()));
        counts.put("grants", count(runtime.grants().list().all()));
        counts.put("provisions", count(runtime.provisions().list().all()));
        counts.put("transitions", count(runtime.transitions().list().all()));
        counts.put("sites", count(runtime.sites().list().all()));
        counts.put("usage events", count(runtime.usageEvents().list().all()));
        counts.put("signals", count(client(url, tokens.tenantAdmin()).providers().signals().list().all()));
        counts.put("alert rules", count(client(url, tokens.tenantAdmin()).providers().alertRules().list().all()));
        counts.put("audit events", count(client(url, tokens.tenantAdmin()).platform().auditEvents().list().all()));
        counts.put("tenants", count(client(url, tokens.platformAdmin()).platform().tenants().list().all()));
        counts.put("consumers", count(client(url, tokens.tenantAdmin()).platform().consumers().list().all()));
        counts.put("tokens", count(client(url, tokens.tenantAdmin()).platform().tokens().list().all()));
        return counts;
    }

    private static long count(Iterable<?> entries) {
        return StreamSupport.stream(entries.spliterator(), false).count();
    }

    private static Guildhall client(String url, String token) {
        return Guildhall.builder().baseUrl(url).token(token).build();
    }
}
