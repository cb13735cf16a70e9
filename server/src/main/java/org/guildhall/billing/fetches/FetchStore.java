package org.guildhall.billing.fetches;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.COUPON_MAPPINGS;
import static org.guildhall.schema.billing.Tables.FETCHES;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTIONS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.deleteFrom;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.least;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record3;
import org.jooq.Records;
import org.jooq.SelectUnionStep;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The objects that are to be fetched, and those that couldn't be. A fetched object has no row. */
final class FetchStore {

    /**
     * An object that is to be fetched.
     *
     * @param requests changes if the object is requested again
     * @param attempts the number of failed attempts
     */
    record Row(UUID id, String kind, String reference, String state, int requests, int attempts, Instant now) {}

    /** An object that lacks content and that nobody has requested. @param reason stub, lines or products */
    record Lacking(String kind, String reference, String reason) {}

    private static final Field<Instant> NOW = Columns.now().as("now");
    private static final List<Field<?>> COLUMNS =
            List.of(FETCHES.ID, FETCHES.KIND, FETCHES.PROVIDER_REFERENCE, FETCHES.STATE, FETCHES.REQUESTS, FETCHES.ATTEMPTS, NOW);
    private static final Condition BY_ID = FETCHES.ID.eq(param(FETCHES.ID));
    private static final Condition OF_CONNECTION = FETCHES.CONNECTION_ID.eq(param(FETCHES.CONNECTION_ID));
    private static final Condition IS_DUE = FETCHES.STATE.eq(inline("due"));
    private static final Condition IS_FAILED = FETCHES.STATE.eq(inline("failed"));

    /** An object that waits after a failed attempt keeps its wait. */
    private static final PreparedUpdate REQUEST = PreparedUpdate.of(insertInto(FETCHES)
            .set(Columns.assigned(FETCHES.ID, FETCHES.CONNECTION_ID, FETCHES.KIND, FETCHES.PROVIDER_REFERENCE, FETCHES.REASON))
            .set(FETCHES.NEXT_ATTEMPT_AT, Columns.now())
            .onConflict(FETCHES.TENANT_ID, FETCHES.CONNECTION_ID, FETCHES.KIND, FETCHES.PROVIDER_REFERENCE)
            .doUpdate()
            .set(FETCHES.REASON, DSL.excluded(FETCHES.REASON))
            .set(FETCHES.STATE, inline("due"))
            .set(FETCHES.REQUESTS, FETCHES.REQUESTS.plus(inline(1)))
            .set(FETCHES.ATTEMPTS, when(IS_DUE, FETCHES.ATTEMPTS).otherwise(inline(0)))
            .set(FETCHES.NEXT_ATTEMPT_AT, coalesce(FETCHES.NEXT_ATTEMPT_AT, Columns.now())));
    private static final PreparedQuery<Row> NEXT = PreparedQuery.of(
            select(COLUMNS)
                    .from(FETCHES)
                    .where(OF_CONNECTION)
                    .and(IS_DUE)
                    .and(FETCHES.NEXT_ATTEMPT_AT.le(Columns.now()))
                    .orderBy(FETCHES.NEXT_ATTEMPT_AT, FETCHES.ID)
                    .limit(inline(1)),
            FetchStore::row);
    private static final PreparedQuery<Instant> NEXT_AT =
            PreparedQuery.ofValue(select(min(FETCHES.NEXT_ATTEMPT_AT)).from(FETCHES).where(OF_CONNECTION).and(IS_DUE));
    /** After a failed attempt the connection is asked for nothing else until the next one, for a minute at most: one bad object must not stop the others. */
    private static final PreparedQuery<Instant> PAUSED_UNTIL = PreparedQuery.ofValue(
            select(max(least(FETCHES.NEXT_ATTEMPT_AT, DSL.field("{0} + interval '60 seconds'", SQLDataType.INSTANT, FETCHES.UPDATED_AT))))
                    .from(FETCHES)
                    .where(OF_CONNECTION)
                    .and(IS_DUE)
                    .and(FETCHES.ATTEMPTS.gt(inline(0))));
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(FETCHES).where(BY_ID).forNoKeyUpdate(), FetchStore::row);
    private static final PreparedUpdate DELETE = PreparedUpdate.of(deleteFrom(FETCHES).where(BY_ID));
    private static final PreparedUpdate RETRY = PreparedUpdate.of(DSL.update(FETCHES)
            .set(Columns.assigned(FETCHES.ATTEMPTS, FETCHES.NEXT_ATTEMPT_AT, FETCHES.ERROR))
            .set(FETCHES.UPDATED_AT, Columns.now())
            .where(BY_ID));
    private static final PreparedUpdate END = PreparedUpdate.of(DSL.update(FETCHES)
            .set(Columns.assigned(FETCHES.STATE, FETCHES.ATTEMPTS, FETCHES.ERROR))
            .set(FETCHES.NEXT_ATTEMPT_AT, DSL.castNull(FETCHES.NEXT_ATTEMPT_AT))
            .set(FETCHES.UPDATED_AT, Columns.now())
            .where(BY_ID));
    private static final PreparedUpdate RESUME = PreparedUpdate.of(DSL.update(FETCHES)
            .set(FETCHES.STATE, inline("due"))
            .set(FETCHES.ATTEMPTS, inline(0))
            .set(FETCHES.NEXT_ATTEMPT_AT, Columns.now())
            .set(FETCHES.UPDATED_AT, Columns.now())
            .where(OF_CONNECTION)
            .and(FETCHES.STATE.ne(inline("missing_there"))));
    private static final PreparedQuery<Integer> ANY_FAILED =
            PreparedQuery.ofValue(selectOne().from(FETCHES).where(OF_CONNECTION).and(IS_FAILED).limit(inline(1)));
    /** A fetched invoice without all lines has more than are read, so it isn't fetched again. */
    private static final Condition LACKS_LINES =
            DSL.condition(INVOICES.LINES_COMPLETE).not().and(INVOICES.STATE.eq(inline("stub")).or(INVOICES.PROVIDER_EVENT_REFERENCE.isNotNull()));
    private static final PreparedQuery<Lacking> LACKING = PreparedQuery.mapped(
            lacking("account", ACCOUNTS, ACCOUNTS.TENANT_ID, ACCOUNTS.CONNECTION_ID, ACCOUNTS.PROVIDER_REFERENCE, inline("stub"), isStub(ACCOUNTS.STATE))
                    .unionAll(lacking("subscription", SUBSCRIPTIONS, SUBSCRIPTIONS.TENANT_ID, SUBSCRIPTIONS.CONNECTION_ID,
                            SUBSCRIPTIONS.PROVIDER_REFERENCE, inline("stub"), isStub(SUBSCRIPTIONS.STATE)))
                    .unionAll(lacking("invoice", INVOICES, INVOICES.TENANT_ID, INVOICES.CONNECTION_ID, INVOICES.PROVIDER_REFERENCE,
                            when(isStub(INVOICES.STATE), inline("stub")).otherwise(inline("lines")), LACKS_LINES))
                    .unionAll(lacking("payment", PAYMENTS, PAYMENTS.TENANT_ID, PAYMENTS.CONNECTION_ID, PAYMENTS.PROVIDER_REFERENCE, inline("stub"),
                            isStub(PAYMENTS.STATE)))
                    .unionAll(lacking("coupon_mapping", COUPON_MAPPINGS, COUPON_MAPPINGS.TENANT_ID, COUPON_MAPPINGS.CONNECTION_ID,
                            COUPON_MAPPINGS.PROVIDER_REFERENCE, inline("products"),
                            COUPON_MAPPINGS.PRODUCT_REFERENCES.isNull().and(COUPON_MAPPINGS.STATE.ne(inline("deleted")))))
                    .limit(DSL.param("most", SQLDataType.INTEGER)),
            Records.mapping(Lacking::new));

    private static Condition isStub(Field<String> state) {
        return state.eq(inline("stub"));
    }

    private static SelectUnionStep<Record3<String, String, String>> lacking(
            String kind, Table<?> table, Field<UUID> tenantId, Field<UUID> connectionId, Field<String> reference, Field<String> reason, Condition lacks) {
        return select(inline(kind).as("kind"), reference, reason.as("reason"))
                .from(table)
                .where(connectionId.eq(param(FETCHES.CONNECTION_ID)))
                .and(lacks)
                .and(notExists(selectOne()
                        .from(FETCHES)
                        .where(FETCHES.TENANT_ID.eq(tenantId))
                        .and(FETCHES.CONNECTION_ID.eq(connectionId))
                        .and(FETCHES.KIND.eq(inline(kind)))
                        .and(FETCHES.PROVIDER_REFERENCE.eq(reference))));
    }

    /** Requests an object, with the transaction's next statement. @param reason event, stub, tie, lines, fee, products, discounts or difference */
    void request(Tx tx, UUID connectionId, String kind, String reference, String reason) {
        REQUEST.later(tx, Ids.next(), connectionId, kind, reference, reason);
    }

    /** The object of a connection that has been due for the longest time; null if none is. */
    @Nullable Row next(Tx tx, UUID connectionId) {
        return NEXT.one(tx, connectionId);
    }

    /** The instant at which the next object of a connection is due; null if none will be. */
    @Nullable Instant nextAt(Tx tx, UUID connectionId) {
        return NEXT_AT.one(tx, connectionId);
    }

    /** The instant until which nothing is asked, because of a failed attempt; null if there was none. It can be past. */
    @Nullable Instant pausedUntil(Tx tx, UUID connectionId) {
        return PAUSED_UNTIL.one(tx, connectionId);
    }

    /** Locks an object until the transaction ends; null if it was fetched. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Ends the fetch of an object, with the transaction's next statement. */
    void delete(Tx tx, UUID id) {
        DELETE.later(tx, id);
    }

    /** Records a failed attempt that another one follows. */
    void retry(Tx tx, UUID id, int attempts, Instant next, String error) {
        RETRY.later(tx, attempts, next, error, id);
    }

    /** Records that no attempt follows. @param state failed or missing_there */
    void end(Tx tx, UUID id, String state, int attempts, @Nullable String error) {
        END.later(tx, state, attempts, error, id);
    }

    /** Makes all objects of a connection due at once, those that the provider lacks excepted. */
    void resume(Tx tx, UUID connectionId) {
        RESUME.later(tx, connectionId);
    }

    boolean anyFailed(Tx tx, UUID connectionId) {
        return ANY_FAILED.exists(tx, connectionId);
    }

    /** Objects of a connection that lack content and were never requested. */
    List<Lacking> lacking(Tx tx, UUID connectionId, int most) {
        return LACKING.all(tx, connectionId, most);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(FETCHES.ID), cells.get(FETCHES.KIND), cells.get(FETCHES.PROVIDER_REFERENCE), cells.get(FETCHES.STATE),
                cells.get(FETCHES.REQUESTS), cells.get(FETCHES.ATTEMPTS), cells.get(NOW));
    }
}
