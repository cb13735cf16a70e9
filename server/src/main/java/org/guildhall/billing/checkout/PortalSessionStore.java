package org.guildhall.billing.checkout;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.PORTAL_SESSIONS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

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
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Portal sessions. Their urls aren't stored. */
final class PortalSessionStore {

    /**
     * A session as stored.
     *
     * @param subscriptionId the subscription whose page it is; null if it is the page of the account
     * @param pageOf the provider's id of the subscription or the customer
     */
    record Row(
            UUID id, @Nullable String externalId, UUID connectionId, UUID accountId, @Nullable UUID subscriptionId, String state, String returnUrl, String pageOf,
            @Nullable String reference, @Nullable String failureCode, @Nullable String failureMessage, Instant createdAt, Instant updatedAt, long version) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable UUID accountId, @Nullable String state, TimeWindow created) {}

    private static final List<Field<?>> COLUMNS = List.of(
            PORTAL_SESSIONS.ID, PORTAL_SESSIONS.EXTERNAL_ID, PORTAL_SESSIONS.CONNECTION_ID, PORTAL_SESSIONS.ACCOUNT_ID, PORTAL_SESSIONS.SUBSCRIPTION_ID, PORTAL_SESSIONS.STATE,
            PORTAL_SESSIONS.RETURN_URL, PORTAL_SESSIONS.CUSTOMER_REFERENCE, PORTAL_SESSIONS.PROVIDER_REFERENCE, PORTAL_SESSIONS.FAILURE_CODE,
            PORTAL_SESSIONS.FAILURE_MESSAGE, PORTAL_SESSIONS.CREATED_AT, PORTAL_SESSIONS.UPDATED_AT, PORTAL_SESSIONS.VERSION);
    private static final Condition BY_ID = PORTAL_SESSIONS.ID.eq(param(PORTAL_SESSIONS.ID));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(PORTAL_SESSIONS)
                    .set(Columns.assigned(
                            PORTAL_SESSIONS.ID, PORTAL_SESSIONS.EXTERNAL_ID, PORTAL_SESSIONS.CONNECTION_ID, PORTAL_SESSIONS.ACCOUNT_ID, PORTAL_SESSIONS.SUBSCRIPTION_ID,
                            PORTAL_SESSIONS.RETURN_URL, PORTAL_SESSIONS.CUSTOMER_REFERENCE))
                    .returningResult(COLUMNS),
            PortalSessionStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(PORTAL_SESSIONS).where(BY_ID), PortalSessionStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(
            select(COLUMNS).from(PORTAL_SESSIONS).where(BY_ID).forNoKeyUpdate(), PortalSessionStore::row);
    private static final PreparedQuery<Row> SAVE = PreparedQuery.of(
            DSL.update(PORTAL_SESSIONS)
                    .set(PORTAL_SESSIONS.UPDATED_AT, EffectiveDates.touched(PORTAL_SESSIONS.UPDATED_AT))
                    .set(PORTAL_SESSIONS.VERSION, PORTAL_SESSIONS.VERSION.plus(inline(1L)))
                    .set(Columns.assigned(
                            PORTAL_SESSIONS.STATE, PORTAL_SESSIONS.PROVIDER_REFERENCE, PORTAL_SESSIONS.FAILURE_CODE, PORTAL_SESSIONS.FAILURE_MESSAGE))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            PortalSessionStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", PORTAL_SESSIONS.CREATED_AT),
            PORTAL_SESSIONS.ID,
            by -> select(COLUMNS)
                    .from(PORTAL_SESSIONS)
                    .where(by.is(PORTAL_SESSIONS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(PORTAL_SESSIONS.ACCOUNT_ID, Filter::accountId))
                    .and(by.oneOf(PORTAL_SESSIONS.STATE, Filter::state))
                    .and(by.within(PORTAL_SESSIONS.CREATED_AT, Filter::created)),
            PortalSessionStore::row);

    Row insert(Tx tx, UUID id, @Nullable String externalId, UUID connectionId, UUID accountId, @Nullable UUID subscriptionId, String returnUrl, String pageOf) {
        return INSERT.single(tx, id, externalId, connectionId, accountId, subscriptionId, returnUrl, pageOf);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the session until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Records that the provider has opened a session. */
    Row open(Tx tx, UUID id, String reference) {
        return SAVE.single(tx, "open", reference, null, null, id);
    }

    /** Records that a session can't be opened. */
    Row fail(Tx tx, UUID id, String code, @Nullable String message) {
        return SAVE.single(tx, "failed", null, code, message, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(PORTAL_SESSIONS.ID), cells.get(PORTAL_SESSIONS.EXTERNAL_ID), cells.get(PORTAL_SESSIONS.CONNECTION_ID),
                cells.get(PORTAL_SESSIONS.ACCOUNT_ID), cells.get(PORTAL_SESSIONS.SUBSCRIPTION_ID), cells.get(PORTAL_SESSIONS.STATE), cells.get(PORTAL_SESSIONS.RETURN_URL),
                cells.get(PORTAL_SESSIONS.CUSTOMER_REFERENCE), cells.get(PORTAL_SESSIONS.PROVIDER_REFERENCE), cells.get(PORTAL_SESSIONS.FAILURE_CODE),
                cells.get(PORTAL_SESSIONS.FAILURE_MESSAGE), cells.get(PORTAL_SESSIONS.CREATED_AT), cells.get(PORTAL_SESSIONS.UPDATED_AT),
                cells.get(PORTAL_SESSIONS.VERSION));
    }
}
