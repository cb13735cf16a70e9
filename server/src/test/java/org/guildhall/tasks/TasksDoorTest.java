package org.guildhall.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.json.Spec;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.core.work.TaskQueue;
import org.junit.jupiter.api.Test;

/** What other rooms do with operational tasks, in their own transactions. */
class TasksDoorTest {

    private static final JobTransactions.Source SOURCE =
            new JobTransactions.Source("incident.opened", "provider", "checks", Actor.JOB, null, null);

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final Tasks door =
            new TasksModule(
                    tenant.server().db(), new TaskQueue(tenant.server().db(), 1, any -> true), Keys.parse(TestServer.KEYS),
                    new EntityIds(new Spec().prefixes()), (tx, person) -> null, Outbound.open(new OutgoingAddresses(List.of())), "http://localhost").door();

    private <T> T within(BiFunction<Tx, Changes, T> work) {
        return new JobTransactions(tenant.server().db()).run(tenant.id(), SOURCE, work);
    }

    private boolean complete(UUID id, Tasks.Outcome outcome) {
        return within((tx, changes) -> door.complete(tx, changes, id, outcome, "Payments work again."));
    }

    @Test
    void task_ofAnotherRoom_isCreatedAndCompleted() {
        var about = UUID.randomUUID();
        var id = within((tx, changes) -> door.create(tx, changes, new Tasks.NewTask(
                "Payments fail", null, "Billing", new Tasks.Due.On(LocalDate.parse("2026-01-15")), Tasks.Priority.HIGH, "Providers",
                new Tasks.Entity("organization", about))));
        var path = "/api/v1/tasks/operational-tasks/" + TypeIds.format("tsk", id);
        var found = http.get(path).expect(200);
        assertEquals("open high team Billing Providers " + TypeIds.format("org", about), found.at("/state") + " " + found.at("/priority") + " "
                + found.at("/owner/kind") + " " + found.at("/owner/name") + " " + found.at("/source/workflow") + " " + found.at("/source/entity_id"));
        http.post(path + "/block", "{\"reason\": \"The provider is closed.\"}").expect(200);
        assertFalse(complete(id, Tasks.Outcome.NO_LONGER_NEEDED));
        http.post(path + "/unblock", null).expect(200);
        assertTrue(complete(id, Tasks.Outcome.NO_LONGER_NEEDED));
        assertEquals("no_longer_needed", http.get(path).expect(200).at("/outcome/kind"));
        assertFalse(complete(id, Tasks.Outcome.DONE));
        var events = http.get("/api/v1/platform/audit-events?entity_type=operational_task&actor_type=job&entity_id=" + TypeIds.format("tsk", id)).expect(200);
        assertEquals(2, events.json().get("data").size());
    }
}
