package org.guildhall.migrations;

import java.sql.SQLException;

/** Inserts catalog rows for tests by plain SQL. Each method that creates a row returns its id. */
final class TestCatalog {
    static final String ARCHIVE_SET = "update catalog.entitlement_sets set state = 'archived', archived_at = now() where id = '%s'";
    static final String LIMIT = """
            insert into catalog.entitlement_rules (entitlement_set_id, resource_key, kind, limit_value, combine)
            values ('%s', '%s', 'limit', 1, 'set')""";
    static final String TIER = "insert into catalog.tiers (ladder_id, rank, name) values ('%s', %s, 'tier')";
    static final String TIER_PRODUCT = """
            insert into catalog.tier_products (tier_id, ladder_id, product_id, starts_at) values ('%s', '%s', '%s', %s)""";
    static final String POLICY = """
            insert into catalog.default_grant_policies (org_type_id, product_id, path) values ('%s', '%s', 'off_ladder')""";
    static final String LADDER_POLICY = """
            insert into catalog.default_grant_policies (org_type_id, product_id, path, ladder_id, tier_id)
            values ('%s', '%s', 'on_ladder', '%s', '%s')""";

    private final TestDatabase.Session session;

    TestCatalog(TestDatabase.Session session) {
        this.session = session;
    }

    String product(String type) throws SQLException {
        return session.one("insert into catalog.products (name, product_type) values ('product', %s) returning id", type);
    }

    void publish(String product) throws SQLException {
        session.run("update catalog.products set lifecycle_status = 'published', published_at = now() where id = '%s'", product);
    }

    void retire(String product) throws SQLException {
        session.run("update catalog.products set lifecycle_status = 'retired', retired_at = now() where id = '%s'", product);
    }

    String kind(String product) throws SQLException {
        return session.one("select kind from catalog.product_kinds where product_id = '%s'", product);
    }

    String orgType(String key) throws SQLException {
        return session.one("insert into catalog.org_types (key, name) values ('%s', 'x') returning id", key);
    }

    String set() throws SQLException {
        return session.one("insert into catalog.entitlement_sets (name) values ('set') returning id");
    }

    String integration(String key) throws SQLException {
        return session.one("insert into catalog.integrations (key, name) values ('%s', 'x') returning id", key);
    }

    void register(String key, String kind) throws SQLException {
        session.run("insert into catalog.integrations (key, name) values ('fedwiki', 'FedWiki') on conflict do nothing");
        session.run("""
                insert into catalog.resource_keys (key, integration_id, integration_key, display_name, kind)
                select '%s', id, key, 'x', '%s' from catalog.integrations where key = 'fedwiki'""", key, kind);
    }

    String ladder() throws SQLException {
        return session.one("insert into catalog.plan_ladders (name) values ('ladder') returning id");
    }

    String tier(String ladder, int rank, String product) throws SQLException {
        var tier = session.one(TIER + " returning id", ladder, rank);
        session.run(TIER_PRODUCT, tier, ladder, product, "now()");
        return tier;
    }

    void archive(String tier) throws SQLException {
        session.run("update catalog.tiers set state = 'archived', archived_at = now() where id = '%s'", tier);
        session.run("""
                update catalog.tier_products set ends_at = greatest(now(), starts_at + interval '1 microsecond')
                where tier_id = '%s' and ends_at is null""", tier);
    }
}
