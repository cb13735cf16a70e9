package org.guildhall.billing.checkout;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.CHECKOUT_SESSIONS;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTIONS;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
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
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Checkout sessions. Their urls aren't stored. */
final class CheckoutSessionStore {

    /**
     * A session as stored.
     *
     * @param request the parameters as the provider gets them
     * @param subscriptionId null until the mirror has the subscription
     */
    record Row(
            UUID id, @Nullable String externalId, UUID connectionId, @Nullable UUID organizationId, @Nullable UUID accountId, List<UUID> priceIds, String mode,
            String successUrl, @Nullable String cancelUrl, Map<String, String> request, CheckoutState state, @Nullable UUID subscriptionId, Instant createdAt,
            Instant updatedAt, long version, Instant now) {}

    /** The members of a new session. */
    record New(
            UUID id, @Nullable String externalId, UUID connectionId, @Nullable UUID organizationId, @Nullable UUID accountId, List<UUID> priceIds, String mode,
            String successUrl, @Nullable String cancelUrl, Map<String, String> request) {}

    /** A session whose payer's address is erased. */
    record Cleaned(Instant createdAt, UUID id) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable UUID organizationId, @Nullable String state, TimeWindow created) {}

    private static final Field<Instant> NOW = Columns.now().as("now");
    private static final Field<UUID> SUBSCRIPTION_ID = field(select(SUBSCRIPTIONS.ID)
            .from(SUBSCRIPTIONS)
            .where(SUBSCRIPTIONS.TENANT_ID.eq(CHECKOUT_SESSIONS.TENANT_ID))
            .and(SUBSCRIPTIONS.CONNECTION_ID.eq(CHECKOUT_SESSIONS.CONNECTION_ID))
            .and(SUBSCRIPTIONS.PROVIDER_REFERENCE.eq(CHECKOUT_SESSIONS.SUBSCRIPTION_REFERENCE))).as("subscription_id");
    private static final List<Field<?>> COLUMNS = List.of(
            CHECKOUT_SESSIONS.ID, CHECKOUT_SESSIONS.EXTERNAL_ID, CHECKOUT_SESSIONS.CONNECTION_ID, CHECKOUT_SESSIONS.ORGANIZATION_ID,
            CHECKOUT_SESSIONS.ACCOUNT_ID, CHECKOUT_SESSIONS.PRICE_IDS, CHECKOUT_SESSIONS.MODE, CHECKOUT_SESSIONS.SUCCESS_URL, CHECKOUT_SESSIONS.CANCEL_URL,
            CHECKOUT_SESSIONS.REQUEST, CHECKOUT_SESSIONS.STATE, CHECKOUT_SESSIONS.PROVIDER_REFERENCE, CHECKOUT_SESSIONS.SUBSCRIPTION_REFERENCE,
            CHECKOUT_SESSIONS.PAYMENT_STATUS, CHECKOUT_SESSIONS.EXPIRES_AT, CHECKOUT_SESSIONS.COMPLETED_AT, CHECKOUT_SESSIONS.FAILURE_CODE,
            CHECKOUT_SESSIONS.FAILURE_MESSAGE, SUBSCRIPTION_ID, CHECKOUT_SESSIONS.CREATED_AT, CHECKOUT_SESSIONS.UPDATED_AT, CHECKOUT_SESSIONS.VERSION, NOW);
    private static final Condition BY_ID = CHECKOUT_SESSIONS.ID.eq(param(CHECKOUT_SESSIONS.ID));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(CHECKOUT_SESSIONS)
                    .set(Columns.assigned(
                            CHECKOUT_SESSIONS.ID, CHECKOUT_SESSIONS.EXTERNAL_ID, CHECKOUT_SESSIONS.CONNECTION_ID, CHECKOUT_SESSIONS.ORGANIZATION_ID,
                            CHECKOUT_SESSIONS.ACCOUNT_ID, CHECKOUT_SESSIONS.PRICE_IDS, CHECKOUT_SESSIONS.MODE, CHECKOUT_SESSIONS.SUCCESS_URL,
                            CHECKOUT_SESSIONS.CANCEL_URL, CHECKOUT_SESSIONS.REQUEST))
                    .returningResult(COLUMNS),
            CheckoutSessionStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(CHECKOUT_SESSIONS).where(BY_ID), CheckoutSessionStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(
            select(COLUMNS).from(CHECKOUT_SESSIONS).where(BY_ID).forNoKeyUpdate(), CheckoutSessionStore::row);
    private static final PreparedQuery<Row> SAVE = PreparedQuery.of(
            DSL.update(CHECKOUT_SESSIONS)
                    .set(CHECKOUT_SESSIONS.UPDATED_AT, EffectiveDates.touched(CHECKOUT_SESSIONS.UPDATED_AT))
                    .set(CHECKOUT_SESSIONS.VERSION, CHECKOUT_SESSIONS.VERSION.plus(inline(1L)))
                    .set(Columns.assigned(
                            CHECKOUT_SESSIONS.STATE, CHECKOUT_SESSIONS.PROVIDER_REFERENCE, CHECKOUT_SESSIONS.SUBSCRIPTION_REFERENCE,
                            CHECKOUT_SESSIONS.PAYMENT_STATUS, CHECKOUT_SESSIONS.EXPIRES_AT, CHECKOUT_SESSIONS.COMPLETED_AT, CHECKOUT_SESSIONS.FAILURE_CODE,
                            CHECKOUT_SESSIONS.FAILURE_MESSAGE, CHECKOUT_SESSIONS.ACCOUNT_ID))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            CheckoutSessionStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", CHECKOUT_SESSIONS.CREATED_AT),
            CHECKOUT_SESSIONS.ID,
            by -> select(COLUMNS)
                    .from(CHECKOUT_SESSIONS)
                    .where(by.is(CHECKOUT_SESSIONS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(CHECKOUT_SESSIONS.ORGANIZATION_ID, Filter::organizationId))
                    .and(by.oneOf(CHECKOUT_SESSIONS.STATE, Filter::state))
                    .and(by.within(CHECKOUT_SESSIONS.CREATED_AT, Filter::created)),
            CheckoutSessionStore::row);

    /** The members of parameters that have the payer's address: Stripe's, and those of the others. */
    private static final Condition HAS_ADDRESS = condition("jsonb_exists_any({0}, array['customer_email', 'email'])", CHECKOUT_SESSIONS.REQUEST);
    private static final Condition OLD_WITH_ADDRESS = HAS_ADDRESS.and(CHECKOUT_SESSIONS.CREATED_AT.lt(DSL.param("before", SQLDataType.INSTANT)));
    private static final PreparedQuery<Integer> ANY_ADDRESS =
            PreparedQuery.ofValue(select(inline(1)).from(CHECKOUT_SESSIONS).where(OLD_WITH_ADDRESS).limit(inline(1)));
    private static final PreparedQuery<Cleaned> ERASE_ADDRESSES = PreparedQuery.of(
            DSL.update(CHECKOUT_SESSIONS)
                    .set(CHECKOUT_SESSIONS.REQUEST, field("{0} - array['customer_email', 'email']", SQLDataType.JSONB, CHECKOUT_SESSIONS.REQUEST))
                    .where(CHECKOUT_SESSIONS.ID.in(select(CHECKOUT_SESSIONS.ID)
                            .from(CHECKOUT_SESSIONS)
                            .where(OLD_WITH_ADDRESS)
                            .and(DSL.row(CHECKOUT_SESSIONS.CREATED_AT, CHECKOUT_SESSIONS.ID).gt(
                                    DSL.param("after_at", SQLDataType.INSTANT), DSL.param("after_id", SQLDataType.UUID)))
                            .orderBy(CHECKOUT_SESSIONS.CREATED_AT, CHECKOUT_SESSIONS.ID)
                            .limit(DSL.param("most", SQLDataType.INTEGER))
                            .forNoKeyUpdate()
                            .skipLocked()))
                    .returningResult(CHECKOUT_SESSIONS.CREATED_AT, CHECKOUT_SESSIONS.ID),
            cells -> new Cleaned(cells.get(CHECKOUT_SESSIONS.CREATED_AT), cells.get(CHECKOUT_SESSIONS.ID)));

    Row insert(Tx tx, New session) {
        return INSERT.single(tx, session.id(), session.externalId(), session.connectionId(), session.organizationId(), session.accountId(),
                session.priceIds().toArray(UUID[]::new), session.mode(), session.successUrl(), session.cancelUrl(), Columns.jsonb(session.request()));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the session until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Replaces the state of a locked session. */
    Row save(Tx tx, UUID id, CheckoutState state, @Nullable UUID accountId) {
        return SAVE.single(tx, state.state(), state.reference(), state.subscription(), state.paymentStatus(), state.expiresAt(), state.completedAt(),
                state.failure() == null ? null : state.failure().code(), state.failure() == null ? null : state.failure().message(), accountId, id);
    }

    boolean anyAddress(Tx tx, Instant before) {
        return ANY_ADDRESS.exists(tx, before);
    }

    /** Erases the addresses of the oldest sessions after one and from before an instant. */
    List<Cleaned> eraseAddresses(Tx tx, Instant before, Cleaned after, int most) {
        return ERASE_ADDRESSES.all(tx, before, after.createdAt(), after.id(), most);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        var code = cells.get(CHECKOUT_SESSIONS.FAILURE_CODE);
        return new Row(
                cells.get(CHECKOUT_SESSIONS.ID), cells.get(CHECKOUT_SESSIONS.EXTERNAL_ID), cells.get(CHECKOUT_SESSIONS.CONNECTION_ID),
                cells.get(CHECKOUT_SESSIONS.ORGANIZATION_ID), cells.get(CHECKOUT_SESSIONS.ACCOUNT_ID), List.of(cells.get(CHECKOUT_SESSIONS.PRICE_IDS)),
                cells.get(CHECKOUT_SESSIONS.MODE), cells.get(CHECKOUT_SESSIONS.SUCCESS_URL), cells.get(CHECKOUT_SESSIONS.CANCEL_URL),
                Columns.texts(cells.get(CHECKOUT_SESSIONS.REQUEST)),
                new CheckoutState(
                        cells.get(CHECKOUT_SESSIONS.STATE), cells.get(CHECKOUT_SESSIONS.PROVIDER_REFERENCE),
                        cells.get(CHECKOUT_SESSIONS.SUBSCRIPTION_REFERENCE), cells.get(CHECKOUT_SESSIONS.PAYMENT_STATUS),
                        cells.get(CHECKOUT_SESSIONS.EXPIRES_AT), cells.get(CHECKOUT_SESSIONS.COMPLETED_AT),
                        code == null ? null : new CheckoutState.Failure(code, cells.get(CHECKOUT_SESSIONS.FAILURE_MESSAGE))),
                cells.get(SUBSCRIPTION_ID), cells.get(CHECKOUT_SESSIONS.CREATED_AT), cells.get(CHECKOUT_SESSIONS.UPDATED_AT),
                cells.get(CHECKOUT_SESSIONS.VERSION), cells.get(NOW));
    }
}
