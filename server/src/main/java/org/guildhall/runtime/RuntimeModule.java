package org.guildhall.runtime;

import org.guildhall.catalog.Catalog;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.Unattended;
import org.guildhall.core.work.Work;
import org.guildhall.platform.Platform;

/** Wires the runtime room: who is there, and what they hold and use. */
public final class RuntimeModule {

    private final Db db;
    private final Keys keys;
    private final Platform platform;
    private final Unattended unattended;
    private final Catalog catalog = new Catalog();

    public RuntimeModule(Db db, Keys keys, Platform platform) {
        this.db = db;
        this.keys = keys;
        this.platform = platform;
        this.unattended = new Unattended(db);
    }

    /** Binds the room's operations, tells what its constraints mean, and offers its resources for {@code expand}. */
    public void bind(Api api) {
        people(api);
        moves(api);
        entitlements(api);
        usage(api);
        imports(api);
    }

    /** Has the room's own work done. */
    public void schedule(Work work) {}

    private void people(Api api) {}

    private void moves(Api api) {}

    private void entitlements(Api api) {}

    private void usage(Api api) {}

    private void imports(Api api) {}
}
