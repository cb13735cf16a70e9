package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.CONSUMERS;
import static org.guildhall.platform.PlatformFixture.consumerBody;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.guildhall.TestServer;
import org.guildhall.core.data.Db;
import org.junit.jupiter.api.Test;

/** What the server does by itself, tenant by tenant. */
class MaintenanceTest {

    private final TestServer guild = TestServer.shared();
    private final List<UUID> made = Stream.generate(guild::tenant).limit(5).map(TestServer.Tenant::id).toList();

    @Test
    void everyTenantIsVisitedOnceHoweverSmallThePages() {
        for (int page : List.of(1, 2, 1_000)) {
            var visited = new ArrayList<UUID>();
            new Platform(guild.db(), page).eachTenant(visited::add);
            assertTrue(visited.containsAll(made) && visited.contains(Db.PLATFORM), "page of " + page);
            assertEquals(visited.size(), new HashSet<>(visited).size(), "page of " + page);
        }
    }

    @Test
    void whatFailsInOneTenantDoesNotKeepTheOthersFromIt() {
        var visited = new ArrayList<UUID>();
        new Platform(guild.db(), 2).eachTenant(tenant -> {
            visited.add(tenant);
            if (tenant.equals(made.getFirst())) {
                throw new IllegalStateException("only there");
            }
        });
        assertTrue(visited.containsAll(made));
    }

    @Test
    void statementTimeoutInOneTenant_othersAreVisited() {
        var visited = new ArrayList<UUID>();
        new Platform(guild.db(), 2).eachTenant(tenant -> {
            visited.add(tenant);
            if (tenant.equals(made.getFirst())) {
                guild.db().upkeep(tenant, tx -> tx.sql().fetch("select set_config('statement_timeout', '20', true), pg_sleep(0)")
                        .size() + tx.sql().fetch("select pg_sleep(1)").size());
            }
        });
        assertTrue(visited.containsAll(made));
    }

    @Test
    void theJobsOfASuspendedTenantPause() {
        var tenant = guild.tenant();
        var path = PlatformFixture.TENANTS + "/" + org.guildhall.api.TypeIds.format("ten", tenant.id());
        PlatformFixture.platform().admin.post(path + "/suspend", "{\"reason\": \"unpaid\"}").expect(200);
        var all = new ArrayList<UUID>();
        var active = new ArrayList<UUID>();
        var platform = new Platform(guild.db(), 2);
        platform.eachTenant(all::add);
        platform.eachActiveTenant(active::add);
        assertTrue(all.contains(tenant.id()));
        assertFalse(active.contains(tenant.id()));
        assertTrue(active.containsAll(made));
    }

    @Test
    void keysAreForgottenADayAfterTheyCame() throws SQLException {
        var desk = new PlatformFixture();
        for (var key : List.of("old", "new")) {
            desk.admin.post(CONSUMERS, consumerBody("operator", "catalog:read"), "Idempotency-Key", key).expect(201);
        }
        desk.tenant.sql("""
                update platform.idempotency_keys set created_at = created_at - interval '26 hours'
                where tenant_id = ? and created_at = (select min(created_at) from platform.idempotency_keys where tenant_id = ?)""",
                desk.tenant.id(), desk.tenant.id());
        new IdempotencyKeyCleanupJob(guild.db(), new Platform(guild.db(), 2)).forgetKeys();
        assertEquals(404, desk.admin.get("/api/v1/platform/idempotency-keys/old").status());
        assertEquals(200, desk.admin.get("/api/v1/platform/idempotency-keys/new").status());
    }
}
