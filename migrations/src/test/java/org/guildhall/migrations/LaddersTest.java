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

/** The database refuses plain SQL of the server's role that breaks a rule of ladders, tiers or default grants. */
class LaddersTest {
    private static TestDatabase database;
    private TestDatabase.Session session;
    private TestCatalog catalog;

    @BeforeAll
    static void migrate() throws SQLException {
        database = new TestDatabase(LaddersTest.class);
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
    void activeTiers_duplicateRank_refused() throws SQLException {
        var ladder = catalog.ladder();
        catalog.tier(ladder, 0, catalog.product("null"));
        var first = catalog.tier(ladder, 1, catalog.product("null"));
        assertEquals("tiers_rank_unique", session.refusal(TestCatalog.TIER, ladder, 1));
        assertEquals("tiers_rank", session.refusal(TestCatalog.TIER, ladder, -1));
        catalog.archive(first);
        catalog.tier(ladder, 1, catalog.product("null"));
        session.commit();
        assertEquals("1", session.one("select rank from catalog.tiers where id = '%s'", first));
    }

    @Test
    void ranks_setInOneUpdate_allowed() throws SQLException {
        var ladder = catalog.ladder();
        for (var rank = 0; rank < 3; rank++) {
            catalog.tier(ladder, rank, catalog.product("null"));
        }
        session.run("update catalog.tiers set rank = 2 - rank where ladder_id = '%s'", ladder);
        assertEquals("tiers_rank_unique", session.refusal("update catalog.tiers set rank = 0 where ladder_id = '%s'", ladder));
        session.commit();
    }

    @Test
    void activeTier_withoutProduct_refused() throws SQLException {
        assertEquals("tiers_product", session.refusalAtCommit(TestCatalog.TIER, catalog.ladder(), 0));
        var tier = catalog.tier(catalog.ladder(), 0, catalog.product("null"));
        session.commit();
        assertEquals("tiers_product",
                session.refusalAtCommit("update catalog.tier_products set ends_at = now() + interval '1 s' where tier_id = '%s'", tier));
    }

    @Test
    void tierProducts_gapOrOverlap_refused() throws SQLException {
        var ladder = catalog.ladder();
        var tier = catalog.tier(ladder, 0, catalog.product("null"));
        session.commit();
        session.run("update catalog.tier_products set ends_at = now() + interval '1 hour' where tier_id = '%s'", tier);
        assertEquals("tier_products_one_at_a_time",
                session.refusal(TestCatalog.TIER_PRODUCT, tier, ladder, catalog.product("null"), "now() + interval '59 minutes'"));
        assertEquals("tiers_product",
                session.refusalAtCommit(TestCatalog.TIER_PRODUCT, tier, ladder, catalog.product("null"), "now() + interval '61 minutes'"));
        session.run("update catalog.tier_products set ends_at = now() + interval '1 hour' where tier_id = '%s'", tier);
        session.run(TestCatalog.TIER_PRODUCT, tier, ladder, catalog.product("null"), "now() + interval '1 hour'");
        session.commit();
    }

    @Test
    void archivedTier_withCurrentProduct_refused() throws SQLException {
        var ladder = catalog.ladder();
        var product = catalog.product("null");
        var tier = catalog.tier(ladder, 0, product);
        session.commit();
        assertEquals("tiers_product",
                session.refusalAtCommit("update catalog.tiers set state = 'archived', archived_at = now() where id = '%s'", tier));
        catalog.archive(tier);
        session.commit();
        catalog.tier(ladder, 0, product);
        session.commit();
    }

    @Test
    void tierProduct_notAPlan_refused() throws SQLException {
        var ladder = catalog.ladder();
        var tier = session.one(TestCatalog.TIER + " returning id", ladder, 0);
        var addon = catalog.product("'addon'");
        assertEquals("tier_products_plan_only", session.refusal(TestCatalog.TIER_PRODUCT, tier, ladder, addon, "now()"));
        assertEquals("tier_products_plan", session.refusal("""
                insert into catalog.tier_products (tier_id, ladder_id, product_id, plan)
                values ('%s', '%s', '%s', false)""", tier, ladder, addon));
        var plan = catalog.product("null");
        session.run(TestCatalog.TIER_PRODUCT, tier, ladder, plan, "now()");
        assertEquals("tier_products_plan_only",
                session.refusal("update catalog.products set product_type = 'usage' where id = '%s'", plan));
    }

    @Test
    void product_oncePerLadder_onManyLadders() throws SQLException {
        var product = catalog.product("null");
        var ladder = catalog.ladder();
        catalog.tier(ladder, 0, product);
        var second = session.one(TestCatalog.TIER + " returning id", ladder, 1);
        assertEquals("tier_products_once_per_ladder", session.refusal(TestCatalog.TIER_PRODUCT, second, ladder, product, "now()"));
        session.run(TestCatalog.TIER_PRODUCT, second, ladder, catalog.product("null"), "now()");
        catalog.tier(catalog.ladder(), 0, product);
        session.commit();
    }

    @Test
    void tierProduct_ofOtherLadder_refused() throws SQLException {
        var tier = session.one(TestCatalog.TIER + " returning id", catalog.ladder(), 0);
        assertEquals("tier_products_tier",
                session.refusal(TestCatalog.TIER_PRODUCT, tier, catalog.ladder(), catalog.product("null"), "now()"));
    }

    @Test
    void productKind_derivedFromLadder() throws SQLException {
        var plan = catalog.product("null");
        assertNull(catalog.kind(plan));
        assertEquals("addon", catalog.kind(catalog.product("'addon'")));
        var tier = catalog.tier(catalog.ladder(), 0, plan);
        assertEquals("plan", catalog.kind(plan));
        assertEquals(List.of(plan), session.run("select product_id from catalog.standings where tier_id = '%s'", tier));
        session.commit();
        catalog.archive(tier);
        assertNull(catalog.kind(plan));
        assertEquals(List.of(), session.run("select product_id from catalog.standings"));
    }

    @Test
    void productOfDefaultGrant_retired_refused() throws SQLException {
        var product = catalog.product("null");
        catalog.publish(product);
        var policy = session.one(TestCatalog.POLICY + " returning id", catalog.orgType("personal"), product);
        assertEquals("policies_product_grantable", session.refusal("""
                update catalog.products set lifecycle_status = 'retired', retired_at = now() where id = '%s'""", product));
        session.run("update catalog.default_grant_policies set state = 'ended', ended_at = now() where id = '%s'", policy);
        catalog.retire(product);
        assertEquals("policies_product_grantable", session.refusal(TestCatalog.POLICY, catalog.orgType("team"), product));
    }

    @Test
    void tierOfDefaultGrant_changedOrArchived_refused() throws SQLException {
        var ladder = catalog.ladder();
        var product = catalog.product("null");
        var tier = catalog.tier(ladder, 0, product);
        assertEquals("policies_tier_product",
                session.refusal(TestCatalog.LADDER_POLICY, catalog.orgType("other"), catalog.product("null"), ladder, tier));
        session.run(TestCatalog.LADDER_POLICY, catalog.orgType("personal"), product, ladder, tier);
        session.commit();
        var end = "update catalog.tier_products set ends_at = now() + interval '1 s' where tier_id = '%s'";
        assertEquals("policies_tier_product", session.refusal(end, tier));
        assertEquals("tiers_product",
                session.refusalAtCommit("update catalog.tiers set state = 'archived', archived_at = now() where id = '%s'", tier));
        session.run("update catalog.default_grant_policies set state = 'ended', ended_at = now()");
        catalog.archive(tier);
        session.commit();
    }

    @Test
    void orgTypeOfDefaultGrant_archived_refused() throws SQLException {
        var type = catalog.orgType("personal");
        var archive = "update catalog.org_types set state = 'archived', archived_at = now() where id = '%s'";
        session.run(TestCatalog.POLICY, type, catalog.product("null"));
        assertEquals("policies_org_type_active", session.refusal(archive, type));
        session.run("update catalog.default_grant_policies set state = 'ended', ended_at = now()");
        session.run(archive, type);
        assertEquals("policies_org_type_active", session.refusal(TestCatalog.POLICY, type, catalog.product("null")));
    }

    @Test
    void ladderWithActiveTiers_archived_refused() throws SQLException {
        var ladder = catalog.ladder();
        var tier = catalog.tier(ladder, 0, catalog.product("null"));
        var archiveLadder = "update catalog.plan_ladders set state = 'archived', archived_at = now() where id = '%s'";
        assertEquals("tiers_ladder_active", session.refusal(archiveLadder, ladder));
        catalog.archive(tier);
        session.run(archiveLadder, ladder);
        assertEquals("tiers_ladder_active", session.refusal(TestCatalog.TIER, ladder, 0));
    }

    @Test
    void orgType_secondDefaultOnLadder_refused() throws SQLException {
        var ladder = catalog.ladder();
        var product = catalog.product("null");
        var tier = catalog.tier(ladder, 0, product);
        var orgType = catalog.orgType("personal");
        session.run(TestCatalog.LADDER_POLICY, orgType, product, ladder, tier);
        assertEquals("policies_one_per_ladder", session.refusal(TestCatalog.LADDER_POLICY, orgType, product, ladder, tier));
        session.run("update catalog.default_grant_policies set state = 'ended', ended_at = now()");
        session.run(TestCatalog.LADDER_POLICY, orgType, product, ladder, tier);
        session.run(TestCatalog.POLICY, orgType, product);
        assertEquals("policies_one_per_product", session.refusal(TestCatalog.POLICY, orgType, product));
    }

    @Test
    void policy_tierExactlyWhenOnLadder() throws SQLException {
        assertEquals("policies_tier_on_ladder", session.refusal("""
                insert into catalog.default_grant_policies (org_type_id, product_id, path)
                values ('%s', '%s', 'on_ladder')""", catalog.orgType("a"), catalog.product("null")));
    }
}
