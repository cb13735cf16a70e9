package org.guildhall.smoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.guildhall.App;
import org.guildhall.Config;
import org.guildhall.client.Guildhall;
import org.guildhall.client.model.LadderTier;
import org.guildhall.client.model.ListPlanLaddersOptions;
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
    void seedingAgainAddsNothing() throws Exception {
        try (var postgres = Embedded.throwaway()) {
            var database = new DbConfig(postgres.url(postgres.database("seed")), Roles.APP, "", 8, Duration.ofSeconds(5));
            try (var app = App.start(new Config(database, "127.0.0.1", 0, "http://localhost", KEYS, Set.of(), List.of(), false))) {
                var url = "http://127.0.0.1:" + app.port();
                String platform;
                try (var db = new Db(database)) {
                    platform = FirstToken.create(db, KEYS, "Seed test");
                }
                var secrets = new HashMap<String, String>();
                var tokens = Seed.demo(url, secrets, platform);
                var once = counts(url, tokens);
                Seed.demo(url, secrets, platform);
                assertEquals(once, counts(url, tokens));
                assertTrue(once.get("products") >= 12, once::toString);
                fedWikiServiceHasItsThreeTiers(url, tokens);
            }
        }
    }

    private static void fedWikiServiceHasItsThreeTiers(String url, Seed.Tokens tokens) {
        var ladder = client(url, tokens.tenantAdmin()).catalog()
                .listPlanLadders(new ListPlanLaddersOptions().withExternalId("fedwiki-service")).data().getFirst();
        assertEquals("FedWiki Service", ladder.name());
        assertEquals(List.of("Public", "Standard", "Flexible"), ladder.tiers().stream().map(LadderTier::name).toList());
    }

    private static Map<String, Long> counts(String url, Seed.Tokens tokens) {
        var catalog = client(url, tokens.tenantAdmin()).catalog();
        var counts = new TreeMap<String, Long>();
        counts.put("products", count(catalog.listProducts().all()));
        counts.put("ladders", count(catalog.listPlanLadders().all()));
        counts.put("entitlement sets", count(catalog.listEntitlementSets().all()));
        counts.put("integrations", count(catalog.listIntegrations().all()));
        counts.put("types", count(catalog.listOrgTypes().all()));
        counts.put("policies", count(catalog.listDefaultGrantPolicies().all()));
        counts.put("tenants", count(client(url, tokens.platformAdmin()).platform().listTenants().all()));
        counts.put("consumers", count(client(url, tokens.tenantAdmin()).platform().listConsumers().all()));
        counts.put("tokens", count(client(url, tokens.tenantAdmin()).platform().listTokens().all()));
        return counts;
    }

    private static long count(Iterable<?> entries) {
        return StreamSupport.stream(entries.spliterator(), false).count();
    }

    private static Guildhall client(String url, String token) {
        return Guildhall.builder().baseUrl(url).token(token).build();
    }
}
