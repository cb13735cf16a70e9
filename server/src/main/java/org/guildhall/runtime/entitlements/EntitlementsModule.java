package org.guildhall.runtime.entitlements;

import org.guildhall.core.http.Api;

/** Wires the part {@code entitlements}: the rules that hold for an organization, and the tiers that it can reach. */
public final class EntitlementsModule {

    private final Entitlements entitlements = new Entitlements(new EntitlementStore());

    /** The door of this part. */
    public Entitlements entitlements() {
        return entitlements;
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new EntitlementsHandler(entitlements).bind(api.routes());
    }
}
