package org.guildhall.billing.connections;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.CONNECTIONS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Connections. Secrets are stored sealed. */
final class ConnectionStore {

    /**
     * A connection as stored.
     *
     * @param secret sealed; null if none was set
     * @param previousSecret sealed; null if none is valid beside the secret
     * @param previousSecretUntil the instant until which the previous secret is valid; null if there is none
     * @param apiKey sealed; null if none was set
     */
    record Row(
            UUID id, @Nullable String externalId, String name, String provider, @Nullable String accountReference, boolean livemode,
            byte @Nullable [] secret, @Nullable Instant secretRotatedAt, byte @Nullable [] previousSecret, @Nullable Instant previousSecretUntil,
            byte @Nullable [] apiKey, @Nullable Instant apiKeySetAt, @Nullable Tax impliedTax, String state, long refusedDeliveries, @Nullable Instant lastRefusedAt,
            Instant createdAt, Instant updatedAt, long version, Instant now) {}

    /** The tax that the connection implies. @param rateBasisPoints 1000 for 10 % @param behavior inclusive or exclusive */
    record Tax(int rateBasisPoints, String behavior, String name) {}

    /** The members of a new connection. @param secret sealed; null for none @param apiKey sealed; null for none */
    record New(
            @Nullable String externalId, String name, String provider, @Nullable String accountReference, boolean livemode, byte @Nullable [] secret,
            byte @Nullable [] apiKey, @Nullable Tax impliedTax) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable String provider, @Nullable String state, TimeWindow created) {}

    private static final Field<Instant> NOW = Columns.now().as("now");
    /** A previous secret whose time is over is no longer shown. */
    private static final Field<Instant> PREVIOUS_UNTIL = when(CONNECTIONS.PREVIOUS_SECRET_UNTIL.gt(Columns.now()), CONNECTIONS.PREVIOUS_SECRET_UNTIL)
            .as("previous_until");
    private static final List<Field<?>> COLUMNS = List.of(
            CONNECTIONS.ID, CONNECTIONS.EXTERNAL_ID, CONNECTIONS.NAME, CONNECTIONS.PROVIDER, CONNECTIONS.ACCOUNT_REFERENCE, CONNECTIONS.LIVEMODE,
            CONNECTIONS.SECRET, CONNECTIONS.SECRET_ROTATED_AT, CONNECTIONS.PREVIOUS_SECRET, PREVIOUS_UNTIL, CONNECTIONS.API_KEY,
            CONNECTIONS.API_KEY_SET_AT, CONNECTIONS.IMPLIED_TAX_RATE_BP, CONNECTIONS.IMPLIED_TAX_BEHAVIOR, CONNECTIONS.IMPLIED_TAX_NAME, CONNECTIONS.STATE,
            CONNECTIONS.REFUSED_DELIVERIES, CONNECTIONS.LAST_REFUSED_AT, CONNECTIONS.CREATED_AT, CONNECTIONS.UPDATED_AT, CONNECTIONS.VERSION, NOW);
    private static final Condition BY_ID = CONNECTIONS.ID.eq(param(CONNECTIONS.ID));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(CONNECTIONS)
                    .set(Columns.assigned(
                            CONNECTIONS.ID, CONNECTIONS.EXTERNAL_ID, CONNECTIONS.NAME, CONNECTIONS.PROVIDER, CONNECTIONS.ACCOUNT_REFERENCE,
                            CONNECTIONS.LIVEMODE, CONNECTIONS.SECRET, CONNECTIONS.API_KEY, CONNECTIONS.IMPLIED_TAX_RATE_BP,
                            CONNECTIONS.IMPLIED_TAX_BEHAVIOR, CONNECTIONS.IMPLIED_TAX_NAME))
                    .set(CONNECTIONS.API_KEY_SET_AT, when(param(CONNECTIONS.API_KEY).isNotNull(), Columns.now()))
                    .returningResult(COLUMNS),
            ConnectionStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(CONNECTIONS).where(BY_ID), ConnectionStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(CONNECTIONS).where(BY_ID).forNoKeyUpdate(), ConnectionStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            change()
                    .set(Columns.assigned(
                            CONNECTIONS.EXTERNAL_ID, CONNECTIONS.NAME, CONNECTIONS.IMPLIED_TAX_RATE_BP, CONNECTIONS.IMPLIED_TAX_BEHAVIOR,
                            CONNECTIONS.IMPLIED_TAX_NAME))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ConnectionStore::row);
    private static final PreparedQuery<Row> CHANGE_STATE = PreparedQuery.of(
            change().set(CONNECTIONS.STATE, param(CONNECTIONS.STATE)).where(BY_ID).returningResult(COLUMNS), ConnectionStore::row);
    private static final PreparedQuery<Row> ROTATE = PreparedQuery.of(
            change()
                    .set(Columns.assigned(CONNECTIONS.SECRET, CONNECTIONS.PREVIOUS_SECRET))
                    .set(CONNECTIONS.PREVIOUS_SECRET_UNTIL, when(
                            param(CONNECTIONS.PREVIOUS_SECRET).isNotNull(),
                            DSL.field("{0} + {1} * interval '1 second'", SQLDataType.INSTANT, Columns.now(), DSL.param("seconds", SQLDataType.INTEGER))))
                    .set(CONNECTIONS.SECRET_ROTATED_AT, Columns.now())
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ConnectionStore::row);
    private static final PreparedQuery<Row> SET_API_KEY = PreparedQuery.of(
            change()
                    .set(CONNECTIONS.API_KEY, param(CONNECTIONS.API_KEY))
                    .set(CONNECTIONS.API_KEY_SET_AT, when(param(CONNECTIONS.API_KEY).isNotNull(), Columns.now()))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            ConnectionStore::row);
    private static final PreparedQuery<UUID> GET_FETCH_TASK =
            PreparedQuery.ofValue(select(CONNECTIONS.FETCH_TASK_ID).from(CONNECTIONS).where(BY_ID));
    private static final PreparedUpdate SET_FETCH_TASK =
            PreparedUpdate.of(DSL.update(CONNECTIONS).set(CONNECTIONS.FETCH_TASK_ID, param(CONNECTIONS.FETCH_TASK_ID)).where(BY_ID));
    private static final PreparedUpdate COUNT_REFUSED = PreparedUpdate.of(DSL.update(CONNECTIONS)
            .set(CONNECTIONS.REFUSED_DELIVERIES, CONNECTIONS.REFUSED_DELIVERIES.plus(inline(1L)))
            .set(CONNECTIONS.LAST_REFUSED_AT, Columns.now())
            .where(BY_ID));
    private static final PreparedQuery<UUID> ASKED_AFTER = PreparedQuery.ofValue(
            select(CONNECTIONS.ID)
                    .from(CONNECTIONS)
                    .where(CONNECTIONS.STATE.eq(inline("active")))
                    .and(CONNECTIONS.API_KEY.isNotNull())
                    .and(CONNECTIONS.ID.gt(param(CONNECTIONS.ID)))
                    .orderBy(CONNECTIONS.ID)
                    .limit(DSL.param("most", SQLDataType.INTEGER)));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", CONNECTIONS.CREATED_AT),
            CONNECTIONS.ID,
            by -> select(COLUMNS)
                    .from(CONNECTIONS)
                    .where(by.is(CONNECTIONS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(CONNECTIONS.PROVIDER, Filter::provider))
                    .and(by.oneOf(CONNECTIONS.STATE, Filter::state))
                    .and(by.within(CONNECTIONS.CREATED_AT, Filter::created)),
            ConnectionStore::row);

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(CONNECTIONS)
                .set(CONNECTIONS.UPDATED_AT, EffectiveDates.touched(CONNECTIONS.UPDATED_AT))
                .set(CONNECTIONS.VERSION, CONNECTIONS.VERSION.plus(inline(1L)));
    }

    Row insert(Tx tx, UUID id, New values) {
        var tax = values.impliedTax();
        return INSERT.single(tx, id, values.externalId(), values.name(), values.provider(), values.accountReference(), values.livemode(), values.secret(),
                values.apiKey(), tax == null ? null : tax.rateBasisPoints(), tax == null ? null : tax.behavior(), tax == null ? null : tax.name());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the connection until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** The next active connections with an API key, by their ids. */
    List<UUID> askedAfter(Tx tx, UUID after, int most) {
        return ASKED_AFTER.all(tx, after, most);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, @Nullable String externalId, String name, @Nullable Tax tax) {
        return UPDATE.single(tx,
                externalId, name, tax == null ? null : tax.rateBasisPoints(), tax == null ? null : tax.behavior(), tax == null ? null : tax.name(), id);
    }

    Row changeState(Tx tx, UUID id, String state) {
        return CHANGE_STATE.single(tx, state, id);
    }

    /**
     * Replaces the secret.
     *
     * @param previous the sealed secret that stays valid beside the new one; null for none
     * @param seconds for how long it stays valid
     */
    Row rotate(Tx tx, UUID id, byte[] secret, byte @Nullable [] previous, int seconds) {
        return ROTATE.single(tx, secret, previous, seconds, id);
    }

    /** Replaces the API key. @param apiKey sealed; null for none */
    Row setApiKey(Tx tx, UUID id, byte @Nullable [] apiKey) {
        return SET_API_KEY.single(tx, apiKey, id);
    }

    /** The open task about objects that couldn't be fetched; null if there is none. */
    @Nullable UUID fetchTask(Tx tx, UUID id) {
        return GET_FETCH_TASK.one(tx, id);
    }

    /** Sets the task about objects that couldn't be fetched, with the transaction's next statement. The version stays, since no answer shows it. */
    void setFetchTask(Tx tx, UUID id, @Nullable UUID taskId) {
        SET_FETCH_TASK.later(tx, taskId, id);
    }

    /** Counts a delivery that was refused. The version stays, since nothing that a caller can set changes. */
    void countRefused(Tx tx, UUID id) {
        COUNT_REFUSED.execute(tx, id);
    }

    private static Row row(RowReader cells) {
        var rate = cells.get(CONNECTIONS.IMPLIED_TAX_RATE_BP);
        return new Row(
                cells.get(CONNECTIONS.ID), cells.get(CONNECTIONS.EXTERNAL_ID), cells.get(CONNECTIONS.NAME), cells.get(CONNECTIONS.PROVIDER),
                cells.get(CONNECTIONS.ACCOUNT_REFERENCE), cells.get(CONNECTIONS.LIVEMODE), cells.get(CONNECTIONS.SECRET),
                cells.get(CONNECTIONS.SECRET_ROTATED_AT), cells.get(CONNECTIONS.PREVIOUS_SECRET), cells.get(PREVIOUS_UNTIL), cells.get(CONNECTIONS.API_KEY),
                cells.get(CONNECTIONS.API_KEY_SET_AT),
                rate == null ? null : new Tax(rate, cells.get(CONNECTIONS.IMPLIED_TAX_BEHAVIOR), cells.get(CONNECTIONS.IMPLIED_TAX_NAME)),
                cells.get(CONNECTIONS.STATE), cells.get(CONNECTIONS.REFUSED_DELIVERIES),
                cells.get(CONNECTIONS.LAST_REFUSED_AT), cells.get(CONNECTIONS.CREATED_AT),
                cells.get(CONNECTIONS.UPDATED_AT), cells.get(CONNECTIONS.VERSION), cells.get(NOW));
    }
}
