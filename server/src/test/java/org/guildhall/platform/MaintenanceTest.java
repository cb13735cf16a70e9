package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.CONSUMERS;
import static org.guildhall.platform.PlatformFixture.consumerBody;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.PgProxy;
import org.guildhall.core.data.TenantTasks;
import org.guildhall.core.work.TaskRun;
import org.junit.jupiter.api.Test;

/** The server's own maintenance. */
class MaintenanceTest {

    private final TestServer server = TestServer.shared();
    private final PlatformFixture platform = new PlatformFixture();

    private void create(String key) {
        platform.admin.post(CONSUMERS, consumerBody("operator", "catalog:read"), "Idempotency-Key", key).expect(201);
    }

    private int status(String key) {
        return platform.admin.get("/api/v1/platform/idempotency-keys/" + key).status();
    }

    private void age(String hours) throws SQLException {
        platform.tenant.sql("""
                update platform.idempotency_keys set created_at = created_at - interval '%s hours'
                where tenant_id = ? and created_at = (select min(created_at) from platform.idempotency_keys where tenant_id = ?)""".formatted(hours),
                platform.tenant.id(), platform.tenant.id());
    }

    private void cleanUp() {
        TaskRun.now(server, platform.tenant.id(), TenantTasks.DELETE_KEYS, platform.tenant.id(), new IdempotencyKeyCleanupJob(server.db()));
    }

    /** The hours until the tenant's cleanup task runs. */
    private List<String> due() throws SQLException {
        return platform.tenant.found("select round(extract(epoch from execution_time - now()) / 3600) from platform.scheduled_tasks where task_name = ? and task_instance = ?",
                TenantTasks.DELETE_KEYS, platform.tenant.id() + "/" + platform.tenant.id());
    }

    @Test
    void keysOlderThanADay_areDeleted() throws SQLException {
        create("old");
        create("new");
        age("26");
        cleanUp();
        assertEquals(404, status("old"));
        assertEquals(200, status("new"));
        assertEquals(List.of("25"), due(), "the task waits for the next key");
    }

    @Test
    void lastUseOfManyTokens_isOneStatement_neverGoesBack() throws Exception {
        var consumer = platform.consumer("catalog:read");
        for (int count = 0; count < 12; count++) {
            platform.token(consumer, "catalog:read");
        }
        var ids = platform.tenant.found("select id from platform.tokens where tenant_id = ?", platform.tenant.id()).stream().map(UUID::fromString).toList();
        try (var proxy = new PgProxy(server.settings().database()); var db = new Db(proxy.through())) {
            var first = Instant.parse("2026-11-29T10:00:00.000001Z");
            use(db, Map.of(ids.getFirst(), first.plusSeconds(60)));
            long before = proxy.trips();
            use(db, ids.stream().collect(Collectors.toMap(id -> id, id -> first)));
            assertEquals(2, proxy.trips() - before, "the update and the commit");
            assertEquals(List.of("1 2026-11-29 10:01:00.000001", (ids.size() - 1) + " 2026-11-29 10:00:00.000001"), platform.tenant.found("""
                    select count(*) || ' ' || (last_used_at at time zone 'UTC')::text from platform.tokens
                    where tenant_id = ? group by last_used_at order by last_used_at desc""", platform.tenant.id()));
        }
    }

    private void use(Db db, Map<UUID, Instant> uses) {
        db.upkeep(platform.tenant.id(), tx -> {
            new MaintenanceStore().used(tx, uses);
            return uses.size();
        });
    }

    @Test
    void firstKeysOfATenant_requestOneTask() throws SQLException {
        assertEquals(List.of(), due());
        create("first");
        create("second");
        assertEquals(List.of("25"), due());
        assertEquals(List.of("0"), platform.tenant.found(
                "select requests from platform.scheduled_tasks where task_name = ? and task_instance = ?",
                TenantTasks.DELETE_KEYS, platform.tenant.id() + "/" + platform.tenant.id()));
    }

    @Test
    void keysOfRefusals_requestTheTaskToo() throws SQLException {
        platform.admin.post("/api/v1/platform/tokens/" + TypeIds.format("tok", platform.tenant.id()) + "/revoke", null, "Idempotency-Key", "refused").expect(404);
        assertEquals(List.of("25"), due());
    }

    @Test
    void noKeysLeft_theTaskEnds() throws SQLException {
        create("only");
        age("26");
        cleanUp();
        assertEquals(List.of(), due());
    }
}
