package org.guildhall.platform;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.platform.Tables.IDEMPOTENCY_KEYS;
import static org.guildhall.schema.platform.Tables.TENANTS;
import static org.guildhall.schema.platform.Tables.TOKENS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.platform.Platform.DeletedKeys;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The statements of the room's maintenance. */
final class MaintenanceStore {

    private static final PreparedQuery<Integer> IS_ACTIVE = PreparedQuery.ofValue(
            selectOne().from(TENANTS).where(TENANTS.ID.eq(param(TENANTS.ID))).and(TENANTS.STATE.eq(inline("active"))).limit(inline(1)));
    private static final PreparedQuery<Instant> OLDEST_KEY = PreparedQuery.ofValue(select(min(IDEMPOTENCY_KEYS.CREATED_AT)).from(IDEMPOTENCY_KEYS));
    private static final PreparedUpdate DELETE_KEYS = PreparedUpdate.of(DSL.deleteFrom(IDEMPOTENCY_KEYS)
            .where(IDEMPOTENCY_KEYS.KEY_HMAC.in(select(IDEMPOTENCY_KEYS.KEY_HMAC)
                    .from(IDEMPOTENCY_KEYS)
                    .where(IDEMPOTENCY_KEYS.CREATED_AT.lt(param(IDEMPOTENCY_KEYS.CREATED_AT)))
                    .orderBy(IDEMPOTENCY_KEYS.CREATED_AT)
                    .limit(DSL.param("most", SQLDataType.INTEGER)))));
    private static final Field<Integer> NUMBER = field(name("number"), SQLDataType.INTEGER);
    private static final Field<Instant> LAST = field(name("last"), SQLDataType.INSTANT);
    private static final PreparedQuery<DeletedKeys> DELETE_KEYS_AFTER = PreparedQuery.of(
            DSL.resultQuery("""
                    with deleted as (
                        delete from platform.idempotency_keys k
                        where k.key_hmac in (
                            select o.key_hmac from platform.idempotency_keys o
                            where o.created_at < {0} and o.created_at > {1}
                            order by o.created_at
                            limit {2})
                        returning k.created_at)
                    select count(*)::integer as number, max(created_at) as last from deleted""",
                    param(IDEMPOTENCY_KEYS.CREATED_AT), DSL.param("after", SQLDataType.INSTANT), DSL.param("most", SQLDataType.INTEGER)).coerce(NUMBER, LAST),
            List.of(NUMBER, LAST), cells -> new DeletedKeys(cells.get(NUMBER), cells.get(LAST)));
    private static final PreparedUpdate USED = PreparedUpdate.of(used());

    private static Query used() {
        var given = table("unnest({0}, {1}) as given(id, at)", params("ids", SQLDataType.UUID), params("instants", SQLDataType.INSTANT));
        var at = field(name("used", "at"), TOKENS.LAST_USED_AT.getDataType());
        var used = select(TOKENS.ID, field(name("given", "at"), at.getDataType()))
                .from(TOKENS)
                .join(given)
                .on(TOKENS.ID.eq(field(name("given", "id"), TOKENS.ID.getDataType())))
                .orderBy(TOKENS.ID)
                .forNoKeyUpdate()
                .of(TOKENS)
                .asTable("used");
        return DSL.update(TOKENS).set(TOKENS.LAST_USED_AT, greatest(at, TOKENS.LAST_USED_AT)).from(used).where(TOKENS.ID.eq(used.field(TOKENS.ID)));
    }

    /** True if a tenant is not suspended, read as the platform. */
    boolean isActive(Tx tx, UUID tenant) {
        return IS_ACTIVE.exists(tx, tenant);
    }

    /** The creation of this tenant's oldest key; null without keys. */
    @Nullable Instant oldestKey(Tx tx) {
        return OLDEST_KEY.one(tx);
    }

    /** Deletes some of this tenant's oldest keys, and returns their number. */
    int deleteKeys(Tx tx, Duration kept, int most) {
        return DELETE_KEYS.execute(tx, tx.now().minus(kept), most);
    }

    /** Deletes some of this tenant's oldest keys that were created after an instant, or from the first one on. */
    DeletedKeys deleteKeys(Tx tx, Duration kept, @Nullable Instant after, int most) {
        return DELETE_KEYS_AFTER.single(tx, tx.now().minus(kept), after == null ? Instant.EPOCH : after, most);
    }

    /**
     * Writes the last use of this tenant's tokens. It is no change of the token: no version, no event. The tokens are locked in the order of
     * their ids, so that two nodes don't wait for each other in a circle.
     */
    void used(Tx tx, Map<UUID, Instant> lastUsed) {
        var ids = List.copyOf(lastUsed.keySet());
        USED.execute(tx, ids, ids.stream().map(lastUsed::get).toList());
    }
}
