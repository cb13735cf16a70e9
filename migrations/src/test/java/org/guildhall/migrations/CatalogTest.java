package org.guildhall.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The database refuses plain SQL of the server's role that breaks a rule of products, prices or entitlements. */
class CatalogTest {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static TestDatabase database;
    private TestDatabase.Session session;
    private TestCatalog catalog;

    @BeforeAll
    static void migrate() throws SQLException {
        database = new TestDatabase(CatalogTest.class);
    }

    @BeforeEach
    void begin() throws SQLException {
        session = database.app(UUID.randomUUID());
        catalog = new TestCatalog(session);
    }

    @AfterEach
    void rollBack() throws SQLException {
        session.close();
    }

    @Test
    void product_draftPublishedRetired_allowed() throws SQLException {
        var product = catalog.product("null");
        catalog.publish(product);
        catalog.retire(product);
        assertEquals("retired", session.one("select lifecycle_status from catalog.products where id = '%s'", product));
    }

    @Test
    void product_otherStateChange_refused() throws SQLException {
        assertEquals("products_lifecycle",
                session.refusal("insert into catalog.products (name, lifecycle_status, published_at) values ('x', 'published', now())"));
        var product = catalog.product("null");
        assertEquals("products_lifecycle", session.refusal("""
                update catalog.products set lifecycle_status = 'retired', published_at = now(), retired_at = now()
                where id = '%s'""", product));
        catalog.publish(product);
        assertEquals("products_lifecycle",
                session.refusal("update catalog.products set lifecycle_status = 'draft', published_at = null where id = '%s'", product));
        catalog.retire(product);
        for (var status : List.of("draft", "published")) {
            assertEquals("products_lifecycle", session.refusal("""
                    update catalog.products set lifecycle_status = '%s', retired_at = null where id = '%s'""", status, product));
        }
    }

    @Test
    void product_stateTimestamps_required() throws SQLException {
        var product = catalog.product("null");
        assertEquals("products_published",
                session.refusal("update catalog.products set lifecycle_status = 'published' where id = '%s'", product));
        catalog.publish(product);
        assertEquals("products_retired",
                session.refusal("update catalog.products set lifecycle_status = 'retired' where id = '%s'", product));
    }

    @Test
    void publishedProduct_setChanged_refused() throws SQLException {
        var product = catalog.product("null");
        session.run("update catalog.products set entitlement_set_id = '%s' where id = '%s'", catalog.set(), product);
        catalog.publish(product);
        for (var set : List.of("null", "'" + catalog.set() + "'")) {
            assertEquals("products_set_fixed",
                    session.refusal("update catalog.products set entitlement_set_id = %s where id = '%s'", set, product));
        }
        catalog.retire(product);
        assertEquals("products_set_fixed",
                session.refusal("update catalog.products set entitlement_set_id = null where id = '%s'", product));
    }

    @Test
    void defaultOrgType_oneActiveOnly() throws SQLException {
        var first = catalog.orgType("first");
        var second = catalog.orgType("second");
        session.run("update catalog.org_types set is_default = true where id = '%s'", first);
        assertEquals("org_types_one_default", session.refusal("update catalog.org_types set is_default = true where id = '%s'", second));
        assertEquals("org_types_default_active",
                session.refusal("update catalog.org_types set state = 'archived', archived_at = now() where id = '%s'", first));
    }

    @Test
    void rule_overageTerms_withinBounds() throws SQLException {
        catalog.register("fedwiki.sites", "limit");
        var rule = """
                insert into catalog.entitlement_rules (entitlement_set_id, resource_key, kind, combine, %s)
                values ('%s', 'fedwiki.sites', 'limit', 'max', %s)""";
        var set = catalog.set();
        assertEquals("entitlement_rules_enforcement", session.refusal(rule, "enforcement", set, "'firm'"));
        assertEquals("entitlement_rules_grace", session.refusal(rule, "grace_percent", set, "1001"));
        for (var thresholds : List.of("'{0}'", "'{80,1001}'", "'{1,2,3,4,5,6,7,8,9,10,11}'")) {
            assertEquals("entitlement_rules_thresholds", session.refusal(rule, "threshold_percents", set, thresholds));
        }
        session.run(rule, "threshold_percents", set, "'{80,100}'");
    }

    @Test
    void priceTerms_changed_refused() throws SQLException {
        var price = session.one("""
                insert into catalog.prices (product_id, unit_amount_minor, currency, tax_behavior)
                values ('%s', 12900, 'AUD', 'inclusive') returning id""",
                catalog.product("null"));
        for (var change : List.of("unit_amount_minor = 1", "currency = 'USD'", "billing_interval = 'day'", "interval_count = 2",
                "tax_behavior = 'exclusive'")) {
            assertEquals(INSUFFICIENT_PRIVILEGE, session.refusal("update catalog.prices set %s where id = '%s'", change, price), change);
        }
        session.run("update catalog.prices set state = 'archived', archived_at = now() where id = '%s'", price);
        assertEquals(INSUFFICIENT_PRIVILEGE, session.refusal("delete from catalog.prices where id = '%s'", price));
    }

    @Test
    void recurringPrice_needsIntervalAndCount() throws SQLException {
        assertEquals("prices_recurring", session.refusal("""
                insert into catalog.prices (product_id, unit_amount_minor, currency, tax_behavior, billing_interval)
                values ('%s', 12900, 'AUD', 'inclusive', 'month')""", catalog.product("null")));
    }

    @Test
    void providerReference_usedTwice_refused() throws SQLException {
        var product = catalog.product("null");
        var refer = "update catalog.products set provider_references = '%s' where id = '%s'";
        var known = "select string_agg(provider || '=' || reference, ',' order by provider) from catalog.provider_references where product_id = '%s'";
        session.run(refer, "{\"stripe\": \"prod_1\", \"paystack\": \"prod_1\"}", product);
        assertEquals("paystack=prod_1,stripe=prod_1", session.one(known, product));
        assertEquals("provider_references_taken", session.refusal(refer, "{\"stripe\": \"prod_1\"}", catalog.product("null")));
        assertEquals("provider_references_taken", session.refusal("""
                insert into catalog.prices (product_id, unit_amount_minor, currency, tax_behavior, provider_references)
                values ('%s', 1, 'AUD', 'inclusive', '{"paystack": "prod_1"}')""", product));
        assertEquals("provider_references_provider", session.refusal(refer, "{\"barter\": \"prod_1\"}", product));
        assertEquals("products_provider_references", session.refusal(refer, "[]", product));

        session.run(refer, "{\"stripe\": \"prod_2\"}", product);
        assertEquals("stripe=prod_2", session.one(known, product));
        session.run(refer, "{\"stripe\": \"prod_1\"}", catalog.product("null"));
    }

    @Test
    void resourceKey_withoutIntegrationPrefix_refused() throws SQLException {
        var integration = catalog.integration("fedwiki");
        var insert = """
                insert into catalog.resource_keys (key, integration_id, integration_key, display_name, kind)
                values ('%s', '%s', '%s', 'Sites', 'limit')""";
        session.run(insert, "fedwiki.sites", integration, "fedwiki");
        for (var key : List.of("discourse.posts", "fedwikisites", "fedwiki.", "fedwiki")) {
            assertEquals("resource_keys_prefix", session.refusal(insert, key, integration, "fedwiki"), key);
        }
        assertEquals("resource_keys_integration", session.refusal(insert, "discourse.posts", integration, "discourse"));
        assertEquals("resource_keys_key", session.refusal(insert, "fedwiki.sites", integration, "fedwiki"));
        assertEquals(INSUFFICIENT_PRIVILEGE, session.refusal("update catalog.integrations set key = 'other' where id = '%s'", integration));
    }

    @Test
    void rule_unregisteredKeyOrOtherKind_refused() throws SQLException {
        var set = catalog.set();
        assertEquals("entitlement_rules_resource_key", session.refusal(TestCatalog.LIMIT, set, "fedwiki.sites"));
        catalog.register("fedwiki.sites", "boolean");
        assertEquals("entitlement_rules_resource_key", session.refusal(TestCatalog.LIMIT, set, "fedwiki.sites"));
        catalog.register("fedwiki.storage_mb", "limit");
        session.run(TestCatalog.LIMIT, set, "fedwiki.storage_mb");
        assertEquals("entitlement_rules_resource_key",
                session.refusal("delete from catalog.resource_keys where key = 'fedwiki.storage_mb'"));
        assertEquals("entitlement_rules_resource_key",
                session.refusal("update catalog.resource_keys set kind = 'boolean' where key = 'fedwiki.storage_mb'"));
    }

    @Test
    void rule_membersOfOtherKind_refused() throws SQLException {
        var set = catalog.set();
        catalog.register("fedwiki.sites", "limit");
        catalog.register("fedwiki.custom_domain", "boolean");
        catalog.register("fedwiki.exports", "allowance");
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
    void set_overlappingRulesForKey_refused() throws SQLException {
        var set = catalog.set();
        catalog.register("fedwiki.sites", "limit");
        var rule = session.one(TestCatalog.LIMIT + " returning id", set, "fedwiki.sites");
        assertEquals("entitlement_rules_one_at_a_time", session.refusal(TestCatalog.LIMIT, set, "fedwiki.sites"));
        session.run("update catalog.entitlement_rules set ends_at = now() + interval '1 hour' where id = '%s'", rule);
        session.run("""
                insert into catalog.entitlement_rules (id, entitlement_set_id, resource_key, kind, limit_value, combine, starts_at)
                values ('%s', '%s', 'fedwiki.sites', 'limit', 2, 'set', now() + interval '1 hour')""", rule, set);
        assertEquals("2", session.one("select count(*) from catalog.entitlement_rules where id = '%s'", rule));
        assertEquals(INSUFFICIENT_PRIVILEGE, session.refusal("update catalog.entitlement_rules set limit_value = 9"));
    }

    @Test
    void rule_externalId_sharedOnlyByItsOwnRows() throws SQLException {
        var set = catalog.set();
        catalog.register("fedwiki.sites", "limit");
        var insert = """
                insert into catalog.entitlement_rules (id, external_id, entitlement_set_id, resource_key, kind, combine, starts_at, ends_at)
                values ('%s', 'r1', '%s', 'fedwiki.sites', 'limit', 'set', '%s', %s)""";
        var rule = UUID.randomUUID();
        session.run(insert, rule, set, "2026-01-01", "'2026-02-01'");
        session.run(insert, rule, set, "2026-02-01", "'2026-03-01'");
        assertEquals("entitlement_rules_external_id", session.refusal(insert, UUID.randomUUID(), set, "2026-03-01", "null"));
    }

    @Test
    void setOfProduct_archived_refused() throws SQLException {
        var set = catalog.set();
        var product = catalog.product("null");
        var give = "update catalog.products set entitlement_set_id = '%s' where id = '%s'";
        session.run(give, set, product);
        assertEquals("products_set_active", session.refusal(TestCatalog.ARCHIVE_SET, set));
        catalog.publish(product);
        catalog.retire(product);
        session.run(TestCatalog.ARCHIVE_SET, set);
        assertEquals("products_set_active", session.refusal(give, set, catalog.product("null")));
    }

    @Test
    void integrationUsedByRule_archived_refused() throws SQLException {
        var set = catalog.set();
        catalog.register("fedwiki.sites", "limit");
        var rule = session.one(TestCatalog.LIMIT + " returning id", set, "fedwiki.sites");
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
    void unchangeableRow_canBeLocked() throws SQLException {
        for (var table : List.of("integrations", "entitlement_rules", "prices", "tiers", "tier_products", "default_grant_policies")) {
            session.run("select * from catalog.%s for update", table);
        }
    }

    @Test
    void keysAndExternalIds_uniquePerTenant() throws SQLException {
        catalog.orgType("personal");
        assertEquals("org_types_key", session.refusal("insert into catalog.org_types (key, name) values ('personal', 'x')"));
        catalog.integration("fedwiki");
        assertEquals("integrations_key", session.refusal("insert into catalog.integrations (key, name) values ('fedwiki', 'x')"));
        session.run("insert into catalog.products (name, external_id) values ('x', 'p-1')");
        assertEquals("products_external_id", session.refusal("insert into catalog.products (name, external_id) values ('y', 'p-1')"));
    }
}
