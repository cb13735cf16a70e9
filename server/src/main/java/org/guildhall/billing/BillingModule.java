package org.guildhall.billing;

import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.deliveries.Deliveries;
import org.guildhall.billing.mirror.Mirroring;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.runtime.Runtime;

/** Wires the billing room from its parts. */
public final class BillingModule {

    private final String publicUrl;
    private final Connections connections;
    private final Mirroring mirror;
    private final Deliveries deliveries;

    /**
     * @param db the connections of requests
     * @param jobs the connections of jobs
     * @param publicUrl the address of this server for providers
     */
    public BillingModule(Db db, Db jobs, TaskQueue queue, Keys keys, Platform platform, Runtime runtime, String publicUrl) {
        this.publicUrl = publicUrl;
        this.connections = new Connections(platform, keys);
        this.mirror = new Mirroring(runtime);
        this.deliveries = new Deliveries(db, jobs, queue, keys, connections, mirror);
    }

    /** Registers the room's background work. */
    public void schedule() {
        deliveries.schedule();
    }

    /** Binds the room's operations. */
    public void bind(Api api) {
        connections.bind(api, publicUrl);
        mirror.bind(api);
        deliveries.bind(api);
    }
}
