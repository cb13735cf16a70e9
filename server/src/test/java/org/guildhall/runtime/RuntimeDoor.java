package org.guildhall.runtime;

import java.util.UUID;
import java.util.function.BiFunction;
import org.guildhall.TestServer;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Spec;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;

/** Calls the door of the runtime room as another room does: inside a transaction, with its audit event. */
public final class RuntimeDoor {

    public static final Actor WEBHOOK = new Actor("webhook", null);

    private final UUID tenant;
    private final Db db;
    private final Runtime door;

    public RuntimeDoor(TestServer.Tenant tenant) {
        this(tenant.id(), tenant.server().db());
    }

    public RuntimeDoor(UUID tenant, Db db) {
        this.tenant = tenant;
        this.db = db;
        var module = new RuntimeModule(
                db, db, Keys.parse(TestServer.KEYS), new Platform(db, db), new Spec(), new TaskQueue(db, 1, id -> true));
        module.schedule();
        this.door = module.door();
    }

    public Runtime door() {
        return door;
    }

    /** Runs work in a transaction of its own and commits it. */
    public <T> T run(String action, BiFunction<Tx, Changes, T> work) {
        var source = new JobTransactions.Source(action, "billing", "test", Actor.JOB, null, null);
        return new JobTransactions(db).run(tenant, source, work);
    }

    /** The plan that subscriptions pay for. */
    public Runtime.PlanChanged changePlan(UUID organizationId, Runtime.PlanChange change) {
        return run("subscription.changed", (tx, changes) -> door.changePlan(tx, changes, WEBHOOK, organizationId, change));
    }
}
