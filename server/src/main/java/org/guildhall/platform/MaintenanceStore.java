package org.guildhall.platform;

import static org.guildhall.schema.platform.Tables.IDEMPOTENCY_KEYS;
import static org.guildhall.schema.platform.Tables.TENANTS;
import static org.guildhall.schema.platform.Tables.TOKENS;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** The statements of the room's maintenance. */
final class MaintenanceStore {

    /** A page of all tenants, read as the platform: those after the id {@code after}, sorted by id. */
    List<UUID> tenants(Tx tx, @Nullable UUID after, boolean activeOnly, int most) {
        return tx.sql()
                .select(TENANTS.ID)
                .from(TENANTS)
                .where(after == null ? noCondition() : TENANTS.ID.gt(after))
                .and(activeOnly ? TENANTS.STATE.eq("active") : noCondition())
                .orderBy(TENANTS.ID)
                .limit(most)
                .fetch(TENANTS.ID);
    }

    /** True if a tenant is not suspended, read as the platform. */
    boolean isActive(Tx tx, UUID tenant) {
        return tx.sql().fetchExists(TENANTS, TENANTS.ID.eq(tenant).and(TENANTS.STATE.eq("active")));
    }

    /** Deletes some of this tenant's oldest keys, and returns their number. */
    int forgetKeys(Tx tx, Duration kept, int most) {
        return tx.sql()
                .deleteFrom(IDEMPOTENCY_KEYS)
                .where(IDEMPOTENCY_KEYS.KEY_HMAC.in(select(IDEMPOTENCY_KEYS.KEY_HMAC)
                        .from(IDEMPOTENCY_KEYS)
                        .where(IDEMPOTENCY_KEYS.CREATED_AT.lt(tx.now().minus(kept)))
                        .orderBy(IDEMPOTENCY_KEYS.CREATED_AT)
                        .limit(most)))
                .execute();
    }

    /** Writes the last use of this tenant's tokens. It is no change of the token: no version, no event. */
    void used(Tx tx, Map<UUID, Instant> lastUsed) {
        lastUsed.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> tx.sql()
                .update(TOKENS)
                .set(TOKENS.LAST_USED_AT, greatest(val(entry.getValue()), TOKENS.LAST_USED_AT))
                .where(TOKENS.ID.eq(entry.getKey()))
                .execute());
    }
}
