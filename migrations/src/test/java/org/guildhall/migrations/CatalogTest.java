package org.guildhall.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules of the catalog, each broken by plain SQL as the server's role: the database itself refuses. */
class CatalogTest {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static TestDatabase database;
    private TestDatabase.Session session;

    @BeforeAll
    static void migrate() throws SQLException {
        database = new TestDatabase(CatalogTest.class);
    }

    @BeforeEach
    void begin() throws SQLException {
        session = database.app(UUID.randomUUID());
    }

    @AfterEach
    void rollBack() throws SQLException {
        session.close();
    }

    @Test
    void aProductGoesFromDraftToPublishedToRetired() throws SQLException {
        var product = product("null");
        publish(product);
        retire(product);
        assertEquals("retired", session.one("select lifecycle_status from catalog.products where id = '%s'", product));
    }

    @Test
    void aProductGoesNoOtherWay() throws SQLException {
        assertEquals("products_lifecycle",
                session.refusal("insert into catalog.products (name, lifecycle_status, published_at) values ('x', 'published', now())"));
        var product = product("null");
        assertEquals("products_lifecycle", session.refusal("""
                update catalog.products set lifecycle_status = 'retired', published_at = now(), retired_at = now() where id = '%s'""", product));
        publish(product);
        assertEquals("products_lifecycle",
                session.refusal("update catalog.products set lifecycle_status = 'draft', published_at = null where id = '%s'", product));
        retire(product);
        for (var status : List.of("draft", "published")) {
            assertEquals("products_lifecycle", session.refusal("""
                    update catalog.products set lifecycle_status = '%s', retired_at = null where id = '%s'""", status, product));
        }
    }

    @Test
    void aProductSaysWhenItWasPublishedAndRetired() throws SQLException {
        var product = product("null");
        assertEquals("products_published", session.refusal("update catalog.products set lifecycle_status = 'published' where id = '%s'", product));
        publish(product);
        assertEquals("products_retired", session.refusal("update catalog.products set lifecycle_status = 'retired' where id = '%s'", product));
    }

    @Test
    void whatAPriceSaysNeverChanges() throws SQLException {
        var price = session.one("""
                insert into catalog.prices (product_id, unit_amount_minor, currency, tax_behavior) values ('%s', 12900, 'AUD', 'inclusive') returning id""",
                product("null"));
        for (var change : List.of("unit_amount_minor = 1", "currency = 'USD'", "billing_interval = 'day'", "interval_count = 2", "tax_behavior = 'exclusive'")) {
            assertEquals(INSUFFICIENT_PRIVILEGE, session.refusal("update catalog.prices set %s where id = '%s'", change, price), change);
        }
        session.run("update catalog.prices set state = 'archived', archived_at = now() where id = '%s'", price);
        assertEquals(INSUFFICIENT_PRIVILEGE, session.refusal("delete from catalog.prices where id = '%s'", price));
    }

    @Test
    void aRecurringPriceHasAnIntervalAndACount() throws SQLException {
        assertEquals("prices_recurring", session.refusal("""
                insert into catalog.prices (product_id, unit_amount_minor, currency, tax_behavior, billing_interval)
                values ('%s', 12900, 'AUD', 'inclusive', 'month')""", product("null")));
    }

    @Test
    void aProvidersReferenceIsOfOneThingAndThatThingHasOne() throws SQLException {
        var product = product("null");
        var insert = "insert into catalog.provider_references (provider, reference, product_id) values ('%s', '%s', '%s')";
        session.run(insert, "stripe", "prod_1", product);
        assertEquals("provider_references_taken", session.refusal(insert, "stripe", "prod_1", product("null")));
        assertEquals("provider_references_product_once", session.refusal(insert, "stripe", "prod_2", product));
        session.run(insert, "paystack", "prod_1", product);
        assertEquals("provider_references_target",
                session.refusal("insert into catalog.provider_references (provider, reference) values ('stripe', 'prod_3')"));
    }

    @Test
    void aResourceKeyBeginsWithItsIntegrationsKey() throws SQLException {
        var integration = integration("fedwiki");
        var insert = """
                insert into catalog.resource_keys (key, integration_id, integration_key, display_name, kind) values ('%s', '%s', '%s', 'Sites', 'limit')""";
        session.run(insert, "fedwiki.sites", integration, "fedwiki");
        for (var key : List.of("discourse.posts", "fedwikisites", "fedwiki.", "fedwiki")) {
            assertEquals("resource_keys_prefix", session.refusal(insert, key, integration, "fedwiki"), key);
        }
        assertEquals("resource_keys_integration", session.refusal(insert, "discourse.posts", integration, "discourse"));
        assertEquals("resource_keys_key", session.refusal(insert, "fedwiki.sites", integration, "fedwiki"));
        assertEquals(INSUFFICIENT_PRIVILEGE, session.refusal("update catalog.integrations set key = 'other' where id = '%s'", integration));
    }

    @Test
    void aRuleNeedsARegisteredResourceKeyOfItsKind() throws SQLException {
        var set = set();
        assertEquals("entitlement_rules_resource_key", session.refusal(LIMIT, set, "fedwiki.sites"));
        register("fedwiki.sites", "boolean");
        assertEquals("entitlement_rules_resource_key", session.refusal(LIMIT, set, "fedwiki.sites"));
        register("fedwiki.storage_mb", "limit");
        session.run(LIMIT, set, "fedwiki.storage_mb");
        assertEquals("entitlement_rules_resource_key", session.refusal("delete from catalog.resource_keys where key = 'fedwiki.storage_mb'"));
        assertEquals("entitlement_rules_resource_key",
                session.refusal("update catalog.resource_keys set kind = 'boolean' where key = 'fedwiki.storage_mb'"));
    }

    @Test
    void aRuleHoldsWhatItsKindHolds() throws SQLException {
        var set = set();
        register("fedwiki.sites", "limit");
        register("fedwiki.custom_domain", "boolean");
        register("fedwiki.exports", "allowance");
        var insert = """
                insert into catalog.entitlement_rules (entitlement_set_id, resource_key, kind, limit_value, enabled, period, combine)
                values ('%s', 'fedwiki.%s')""";
        for (var values : List.of("sites', 'limit', 1, true, null, 'set", "sites', 'limit', 1, null, 'month', 'set",
                "custom_domain', 'boolean', 1, true, null, 'set", "custom_domain', 'boolean', null, null, null, 'any",
                "exports', 'allowance', 1, null, null, 'add")) {
            assertEquals("entitlement_rules_value", session.refusal(insert, set, values), values);
        }
        assertEquals("entitlement_rules_combine", session.refusal(insert, set, "sites', 'limit', 1, null, null, 'any"));
        assertEquals("entitlement_rules_combine", session.refusal(insert, set, "custom_domain', 'boolean', null, true, null, 'max"));
        assertEquals("entitlement_rules_limit", session.refusal(insert, set, "sites', 'limit', -1, null, null, 'set"));
        session.run(insert, set, "sites', 'limit', null, null, null, 'set");
        session.run(insert, set, "custom_domain', 'boolean', null, false, null, 'any");
        session.run(insert, set, "exports', 'allowance', 10, null, 'month', 'add");
    }

    @Test
    void aSetHasOneRulePerResourceAtATime() throws SQLException {
        var set = set();
        register("fedwiki.sites", "limit");
        var rule = session.one(LIMIT + " returning id", set, "fedwiki.sites");
        assertEquals("entitlement_rules_one_at_a_time", session.refusal(LIMIT, set, "fedwiki.sites"));
        session.run("update catalog.entitlement_rules set ends_at = now() + interval '1 hour' where id = '%s'", rule);
        session.run("""
                insert into catalog.entitlement_rules (id, entitlement_set_id, resource_key, kind, limit_value, combine, starts_at)
                values ('%s', '%s', 'fedwiki.sites', 'limit', 2, 'set', now() + interval '1 hour')""", rule, set);
        assertEquals("2", session.one("select count(*) from catalog.entitlement_rules where id = '%s'", rule));
        assertEquals(INSUFFICIENT_PRIVILEGE, session.refusal("update catalog.entitlement_rules set limit_value = 9"));
    }

    @Test
    void anExternalIdIsOfOneRuleThroughAllItsChanges() throws SQLException {
        var set = set();
        register("fedwiki.sites", "limit");
        var insert = """
                insert into catalog.entitlement_rules (id, external_id, entitlement_set_id, resource_key, kind, combine, starts_at, ends_at)
                values ('%s', 'r1', '%s', 'fedwiki.sites', 'limit', 'set', '%s', %s)""";
        var rule = UUID.randomUUID();
        session.run(insert, rule, set, "2026-01-01", "'2026-02-01'");
        session.run(insert, rule, set, "2026-02-01", "'2026-03-01'");
        assertEquals("entitlement_rules_external_id", session.refusal(insert, UUID.randomUUID(), set, "2026-03-01", "null"));
    }

    @Test
    void ranksAreUniqueAmongActiveTiers() throws SQLException {
        var ladder = ladder();
        tier(ladder, 0, product("null"));
        var first = tier(ladder, 1, product("null"));
        assertEquals("tiers_rank_unique", session.refusal(TIER, ladder, 1));
        assertEquals("tiers_rank", session.refusal(TIER, ladder, -1));
        archive(first);
        tier(ladder, 1, product("null"));
        session.commit();
        assertEquals("1", session.one("select rank from catalog.tiers where id = '%s'", first));
    }

    @Test
    void oneUpdateSetsAllRanksAnew() throws SQLException {
        var ladder = ladder();
        for (var rank = 0; rank < 3; rank++) {
            tier(ladder, rank, product("null"));
        }
        session.run("update catalog.tiers set rank = 2 - rank where ladder_id = '%s'", ladder);
        assertEquals("tiers_rank_unique", session.refusal("update catalog.tiers set rank = 0 where ladder_id = '%s'", ladder));
        session.commit();
    }

    @Test
    void anActiveTierAlwaysHasAProduct() throws SQLException {
        assertEquals("tiers_product", session.refusalAtCommit(TIER, ladder(), 0));
        var tier = tier(ladder(), 0, product("null"));
        session.commit();
        assertEquals("tiers_product", session.refusalAtCommit("update catalog.tier_products set ends_at = now() + interval '1 s' where tier_id = '%s'", tier));
    }

    @Test
    void aTiersProductsFollowOneAnotherWithoutAGap() throws SQLException {
        var ladder = ladder();
        var tier = tier(ladder, 0, product("null"));
        session.commit();
        session.run("update catalog.tier_products set ends_at = now() + interval '1 hour' where tier_id = '%s'", tier);
        assertEquals("tier_products_one_at_a_time", session.refusal(TIER_PRODUCT, tier, ladder, product("null"), "now() + interval '59 minutes'"));
        assertEquals("tiers_product", session.refusalAtCommit(TIER_PRODUCT, tier, ladder, product("null"), "now() + interval '61 minutes'"));
        session.run("update catalog.tier_products set ends_at = now() + interval '1 hour' where tier_id = '%s'", tier);
        session.run(TIER_PRODUCT, tier, ladder, product("null"), "now() + interval '1 hour'");
        session.commit();
    }

    @Test
    void anArchivedTierHasNoProductLeft() throws SQLException {
        var ladder = ladder();
        var product = product("null");
        var tier = tier(ladder, 0, product);
        session.commit();
        assertEquals("tiers_product", session.refusalAtCommit("update catalog.tiers set state = 'archived', archived_at = now() where id = '%s'", tier));
        archive(tier);
        session.commit();
        tier(ladder, 0, product);
        session.commit();
    }

    @Test
    void onlyAPlanStandsOnALadder() throws SQLException {
        var ladder = ladder();
        var tier = session.one(TIER + " returning id", ladder, 0);
        var addon = product("'addon'");
        assertEquals("tier_products_plan_only", session.refusal(TIER_PRODUCT, tier, ladder, addon, "now()"));
        assertEquals("tier_products_plan", session.refusal("""
                insert into catalog.tier_products (tier_id, ladder_id, product_id, plan) values ('%s', '%s', '%s', false)""", tier, ladder, addon));
        var plan = product("null");
        session.run(TIER_PRODUCT, tier, ladder, plan, "now()");
        assertEquals("tier_products_plan_only", session.refusal("update catalog.products set product_type = 'usage' where id = '%s'", plan));
    }

    @Test
    void aProductStandsOnceOnALadderAndOnAsManyLaddersAsOneLikes() throws SQLException {
        var product = product("null");
        var ladder = ladder();
        tier(ladder, 0, product);
        var second = session.one(TIER + " returning id", ladder, 1);
        assertEquals("tier_products_once_per_ladder", session.refusal(TIER_PRODUCT, second, ladder, product, "now()"));
        session.run(TIER_PRODUCT, second, ladder, product("null"), "now()");
        tier(ladder(), 0, product);
        session.commit();
    }

    @Test
    void aTiersProductIsOnTheTiersOwnLadder() throws SQLException {
        var tier = session.one(TIER + " returning id", ladder(), 0);
        assertEquals("tier_products_tier", session.refusal(TIER_PRODUCT, tier, ladder(), product("null"), "now()"));
    }

    @Test
    void kindFollowsFromStandingOnALadder() throws SQLException {
        var plan = product("null");
        assertNull(kind(plan));
        assertEquals("addon", kind(product("'addon'")));
        var tier = tier(ladder(), 0, plan);
        assertEquals("plan", kind(plan));
        assertEquals(List.of(plan), session.run("select product_id from catalog.standings where tier_id = '%s'", tier));
        session.commit();
        archive(tier);
        assertNull(kind(plan));
        assertEquals(List.of(), session.run("select product_id from catalog.standings"));
    }

    @Test
    void noProductThatADefaultGrantNamesIsRetired() throws SQLException {
        var product = product("null");
        publish(product);
        var policy = session.one(POLICY + " returning id", orgType("personal"), product);
        assertEquals("policies_product_grantable", session.refusal("""
                update catalog.products set lifecycle_status = 'retired', retired_at = now() where id = '%s'""", product));
        session.run("update catalog.default_grant_policies set state = 'ended', ended_at = now() where id = '%s'", policy);
        retire(product);
        assertEquals("policies_product_grantable", session.refusal(POLICY, orgType("team"), product));
    }

    @Test
    void aTierThatADefaultGrantNamesKeepsItsProductAndItsPlace() throws SQLException {
        var ladder = ladder();
        var product = product("null");
        var tier = tier(ladder, 0, product);
        assertEquals("policies_tier_product", session.refusal(LADDER_POLICY, orgType("other"), product("null"), ladder, tier));
        session.run(LADDER_POLICY, orgType("personal"), product, ladder, tier);
        session.commit();
        var end = "update catalog.tier_products set ends_at = now() + interval '1 s' where tier_id = '%s'";
        assertEquals("policies_tier_product", session.refusal(end, tier));
        assertEquals("tiers_product", session.refusalAtCommit("update catalog.tiers set state = 'archived', archived_at = now() where id = '%s'", tier));
        session.run("update catalog.default_grant_policies set state = 'ended', ended_at = now()");
        archive(tier);
        session.commit();
    }

    @Test
    void aTypeThatADefaultGrantNamesIsNotArchived() throws SQLException {
        var type = orgType("personal");
        var archive = "update catalog.org_types set state = 'archived', archived_at = now() where id = '%s'";
        session.run(POLICY, type, product("null"));
        assertEquals("policies_org_type_active", session.refusal(archive, type));
        session.run("update catalog.default_grant_policies set state = 'ended', ended_at = now()");
        session.run(archive, type);
        assertEquals("policies_org_type_active", session.refusal(POLICY, type, product("null")));
    }

    @Test
    void aSetThatAProductHasIsNotArchived() throws SQLException {
        var set = set();
        var product = product("null");
        var give = "update catalog.products set entitlement_set_id = '%s' where id = '%s'";
        session.run(give, set, product);
        assertEquals("products_set_active", session.refusal(ARCHIVE_SET, set));
        publish(product);
        retire(product);
        session.run(ARCHIVE_SET, set);
        assertEquals("products_set_active", session.refusal(give, set, product("null")));
    }

    @Test
    void anIntegrationWhoseKeysARuleNamesIsNotArchived() throws SQLException {
        var set = set();
        register("fedwiki.sites", "limit");
        var rule = session.one(LIMIT + " returning id", set, "fedwiki.sites");
        var archive = "update catalog.integrations set state = 'archived', archived_at = now() where key = 'fedwiki'";
        assertEquals("entitlement_rules_registered", session.refusal(archive));
        session.run("update catalog.entitlement_rules set ends_at = starts_at + interval '1 microsecond' where id = '%s'", rule);
        session.run(archive);
        assertEquals("entitlement_rules_registered", session.refusal("""
                insert into catalog.entitlement_rules (entitlement_set_id, resource_key, kind, limit_value, combine, starts_at)
                values ('%s', 'fedwiki.sites', 'limit', 1, 'set', now() + interval '1 hour')""", set));
        assertEquals("resource_keys_integration", session.refusal("""
                insert into catalog.resource_keys (key, integration_id, integration_key, display_name, kind)
                select 'fedwiki.more', id, key, 'x', 'limit' from catalog.integrations"""));
    }

    @Test
    void aLadderWithActiveTiersIsNotArchived() throws SQLException {
        var ladder = ladder();
        var tier = tier(ladder, 0, product("null"));
        var archiveLadder = "update catalog.plan_ladders set state = 'archived', archived_at = now() where id = '%s'";
        assertEquals("tiers_ladder_active", session.refusal(archiveLadder, ladder));
        archive(tier);
        session.run(archiveLadder, ladder);
        assertEquals("tiers_ladder_active", session.refusal(TIER, ladder, 0));
    }

    @Test
    void anOrganizationTypeHasOneDefaultPerLadder() throws SQLException {
        var ladder = ladder();
        var product = product("null");
        var tier = tier(ladder, 0, product);
        var orgType = orgType("personal");
        session.run(LADDER_POLICY, orgType, product, ladder, tier);
        assertEquals("policies_one_per_ladder", session.refusal(LADDER_POLICY, orgType, product, ladder, tier));
        session.run("update catalog.default_grant_policies set state = 'ended', ended_at = now()");
        session.run(LADDER_POLICY, orgType, product, ladder, tier);
        session.run(POLICY, orgType, product);
        assertEquals("policies_one_per_product", session.refusal(POLICY, orgType, product));
    }

    @Test
    void aPolicyNamesATierIfAndOnlyIfItIsOnALadder() throws SQLException {
        assertEquals("policies_tier_on_ladder", session.refusal("""
                insert into catalog.default_grant_policies (org_type_id, product_id, path) values ('%s', '%s', 'on_ladder')""", orgType("a"), product("null")));
    }

    @Test
    void whatCanNotBeChangedCanStillBeLocked() throws SQLException {
        for (var table : List.of("integrations", "entitlement_rules", "prices", "tiers", "tier_products", "default_grant_policies")) {
            session.run("select * from catalog.%s for update", table);
        }
    }

    @Test
    void keysAndExternalIdsAreUniqueInATenant() throws SQLException {
        orgType("personal");
        assertEquals("org_types_key", session.refusal("insert into catalog.org_types (key, name) values ('personal', 'x')"));
        integration("fedwiki");
        assertEquals("integrations_key", session.refusal("insert into catalog.integrations (key, name) values ('fedwiki', 'x')"));
        session.run("insert into catalog.products (name, external_id) values ('x', 'p-1')");
        assertEquals("products_external_id", session.refusal("insert into catalog.products (name, external_id) values ('y', 'p-1')"));
    }

    private static final String ARCHIVE_SET = "update catalog.entitlement_sets set state = 'archived', archived_at = now() where id = '%s'";
    private static final String LIMIT = """
            insert into catalog.entitlement_rules (entitlement_set_id, resource_key, kind, limit_value, combine) values ('%s', '%s', 'limit', 1, 'set')""";
    private static final String TIER = "insert into catalog.tiers (ladder_id, rank, name) values ('%s', %s, 'tier')";
    private static final String TIER_PRODUCT = """
            insert into catalog.tier_products (tier_id, ladder_id, product_id, starts_at) values ('%s', '%s', '%s', %s)""";
    private static final String POLICY = """
            insert into catalog.default_grant_policies (org_type_id, product_id, path) values ('%s', '%s', 'off_ladder')""";
    private static final String LADDER_POLICY = """
            insert into catalog.default_grant_policies (org_type_id, product_id, path, ladder_id, tier_id) values ('%s', '%s', 'on_ladder', '%s', '%s')""";

    private String product(String type) throws SQLException {
        return session.one("insert into catalog.products (name, product_type) values ('product', %s) returning id", type);
    }

    private void publish(String product) throws SQLException {
        session.run("update catalog.products set lifecycle_status = 'published', published_at = now() where id = '%s'", product);
    }

    private void retire(String product) throws SQLException {
        session.run("update catalog.products set lifecycle_status = 'retired', retired_at = now() where id = '%s'", product);
    }

    private String kind(String product) throws SQLException {
        return session.one("select kind from catalog.product_kinds where product_id = '%s'", product);
    }

    private String orgType(String key) throws SQLException {
        return session.one("insert into catalog.org_types (key, name) values ('%s', 'x') returning id", key);
    }

    private String set() throws SQLException {
        return session.one("insert into catalog.entitlement_sets (name) values ('set') returning id");
    }

    private String integration(String key) throws SQLException {
        return session.one("insert into catalog.integrations (key, name) values ('%s', 'x') returning id", key);
    }

    private void register(String key, String kind) throws SQLException {
        session.run("insert into catalog.integrations (key, name) values ('fedwiki', 'FedWiki') on conflict do nothing");
        session.run("""
                insert into catalog.resource_keys (key, integration_id, integration_key, display_name, kind)
                select '%s', id, key, 'x', '%s' from catalog.integrations where key = 'fedwiki'""", key, kind);
    }

    private String ladder() throws SQLException {
        return session.one("insert into catalog.plan_ladders (name) values ('ladder') returning id");
    }

    private String tier(String ladder, int rank, String product) throws SQLException {
        var tier = session.one(TIER + " returning id", ladder, rank);
        session.run(TIER_PRODUCT, tier, ladder, product, "now()");
        return tier;
    }

    private void archive(String tier) throws SQLException {
        session.run("update catalog.tiers set state = 'archived', archived_at = now() where id = '%s'", tier);
        session.run("""
                update catalog.tier_products set ends_at = greatest(now(), starts_at + interval '1 microsecond')
                where tier_id = '%s' and ends_at is null""", tier);
    }
}
