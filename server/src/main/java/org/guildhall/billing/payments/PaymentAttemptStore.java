package org.guildhall.billing.payments;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.guildhall.schema.billing.Tables.PAYMENT_ATTEMPTS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderAttempt;
import org.guildhall.billing.events.ProviderMovement;
import org.guildhall.billing.events.ProviderPayment.Failure;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.mirror.Position;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schema.billing.tables.PaymentAttempts;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.SelectOnConditionStep;
import org.jooq.SelectSelectStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The attempts of mirrored payments. The lock of the payment covers them. */
final class PaymentAttemptStore {

    /** An attempt and its place in the provider's order. */
    record Stored(ProviderAttempt attempt, Position position) {}

    /**
     * An attempt for the API.
     *
     * @param number its place among the attempts of its payment, from 1
     * @param willRetryAt null unless it is the last attempt, has failed, and the provider has announced another one
     */
    record Row(
            UUID id, UUID connectionId, UUID paymentId, int number, Stored stored, @Nullable Instant willRetryAt, Origin origin, Instant observedAt,
            Instant createdAt, Instant updatedAt, long version) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable UUID paymentId, @Nullable UUID accountId, @Nullable String outcome, @Nullable String category, TimeWindow attempted) {}

    private static final Field<String> PAYMENT_REFERENCE = PAYMENTS.PROVIDER_REFERENCE.as("payment_reference");
    private static final Field<?>[] CONTENT = {
        PAYMENT_ATTEMPTS.PROVIDER_STATUS, PAYMENT_ATTEMPTS.OUTCOME, PAYMENT_ATTEMPTS.CURRENCY, PAYMENT_ATTEMPTS.AMOUNT_MINOR,
        PAYMENT_ATTEMPTS.CAPTURED_MINOR, PAYMENT_ATTEMPTS.REFUNDED_MINOR, PAYMENT_ATTEMPTS.ATTEMPTED_AT, PAYMENT_ATTEMPTS.METHOD,
        PAYMENT_ATTEMPTS.FAILURE_CODE, PAYMENT_ATTEMPTS.FAILURE_CATEGORY, PAYMENT_ATTEMPTS.FAILURE_MESSAGE, PAYMENT_ATTEMPTS.DELIVERY_ID,
        PAYMENT_ATTEMPTS.PROVIDER_EVENT_REFERENCE, PAYMENT_ATTEMPTS.PROVIDER_AT, PAYMENT_ATTEMPTS.MIRROR_RANK, PAYMENT_ATTEMPTS.API_VERSION,
        PAYMENT_ATTEMPTS.MOVEMENT};
    private static final List<Field<?>> COLUMNS = List.of(
            PAYMENT_ATTEMPTS.PROVIDER_REFERENCE, PAYMENT_REFERENCE, PAYMENT_ATTEMPTS.PROVIDER_STATUS, PAYMENT_ATTEMPTS.OUTCOME,
            PAYMENT_ATTEMPTS.CURRENCY, PAYMENT_ATTEMPTS.AMOUNT_MINOR, PAYMENT_ATTEMPTS.CAPTURED_MINOR, PAYMENT_ATTEMPTS.REFUNDED_MINOR,
            PAYMENT_ATTEMPTS.ATTEMPTED_AT, PAYMENT_ATTEMPTS.METHOD, PAYMENT_ATTEMPTS.FAILURE_CODE, PAYMENT_ATTEMPTS.FAILURE_MESSAGE,
            PAYMENT_ATTEMPTS.PROVIDER_AT, PAYMENT_ATTEMPTS.MIRROR_RANK, PAYMENT_ATTEMPTS.PROVIDER_EVENT_REFERENCE, PAYMENT_ATTEMPTS.MOVEMENT);
    private static final PaymentAttempts EARLIER = PAYMENT_ATTEMPTS.as("earlier");
    private static final Field<Integer> NUMBER = DSL.field(selectCount()
                    .from(EARLIER)
                    .where(EARLIER.PAYMENT_ID.eq(PAYMENT_ATTEMPTS.PAYMENT_ID))
                    .and(DSL.row(EARLIER.ATTEMPTED_AT, EARLIER.ID).le(PAYMENT_ATTEMPTS.ATTEMPTED_AT, PAYMENT_ATTEMPTS.ID)))
            .as("number");
    /** Providers announce the next attempt with the invoice, which can tell of the present attempt still. */
    private static final Field<Instant> WILL_RETRY_AT = DSL.field("""
            (select min(i.next_attempt_at)
             from billing.payments p
             join billing.invoices i on i.tenant_id = p.tenant_id and i.connection_id = p.connection_id and i.reference_prefix = p.invoice_prefix
             where p.tenant_id = billing.payment_attempts.tenant_id and p.id = billing.payment_attempts.payment_id
               and billing.payment_attempts.outcome = 'failed' and i.state = 'open' and i.next_attempt_at > billing.payment_attempts.attempted_at
               and not exists (
                 select from billing.payment_attempts later
                 where later.tenant_id = p.tenant_id and later.payment_id = p.id
                   and (later.attempted_at, later.id) > (billing.payment_attempts.attempted_at, billing.payment_attempts.id)))""",
            SQLDataType.INSTANT).as("will_retry_at");
    private static final List<Field<?>> SHOWN = List.of(
            PAYMENT_ATTEMPTS.ID, PAYMENT_ATTEMPTS.CONNECTION_ID, PAYMENT_ATTEMPTS.PAYMENT_ID, NUMBER, WILL_RETRY_AT, PAYMENT_ATTEMPTS.DELIVERY_ID,
            PAYMENT_ATTEMPTS.API_VERSION, PAYMENT_ATTEMPTS.OBSERVED_AT, PAYMENT_ATTEMPTS.CREATED_AT, PAYMENT_ATTEMPTS.UPDATED_AT,
            PAYMENT_ATTEMPTS.VERSION);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(
            attempts(select(COLUMNS).select(SHOWN)).where(PAYMENT_ATTEMPTS.ID.eq(param(PAYMENT_ATTEMPTS.ID))), PaymentAttemptStore::shown);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("attempted_at", PAYMENT_ATTEMPTS.ATTEMPTED_AT),
            PAYMENT_ATTEMPTS.ID,
            by -> attempts(select(COLUMNS).select(SHOWN))
                    .where(by.is(PAYMENT_ATTEMPTS.PAYMENT_ID, Filter::paymentId))
                    .and(by.is(PAYMENTS.ACCOUNT_ID, Filter::accountId))
                    .and(by.oneOf(PAYMENT_ATTEMPTS.OUTCOME, Filter::outcome))
                    .and(by.oneOf(PAYMENT_ATTEMPTS.FAILURE_CATEGORY, Filter::category))
                    .and(by.within(PAYMENT_ATTEMPTS.ATTEMPTED_AT, Filter::attempted)),
            PaymentAttemptStore::shown);
    private static final PreparedQuery<Stored> OF_PAYMENT = PreparedQuery.of(
            attempts(select(COLUMNS))
                    .where(PAYMENT_ATTEMPTS.PAYMENT_ID.eq(param(PAYMENT_ATTEMPTS.PAYMENT_ID)))
                    .orderBy(PAYMENT_ATTEMPTS.ATTEMPTED_AT, PAYMENT_ATTEMPTS.ID),
            PaymentAttemptStore::row);
    private static final PreparedUpdate SAVE = PreparedUpdate.of(insertInto(PAYMENT_ATTEMPTS)
            .set(Columns.assigned(PAYMENT_ATTEMPTS.ID, PAYMENT_ATTEMPTS.CONNECTION_ID, PAYMENT_ATTEMPTS.PAYMENT_ID, PAYMENT_ATTEMPTS.PROVIDER_REFERENCE))
            .set(Columns.assigned(CONTENT))
            .onConflict(PAYMENT_ATTEMPTS.TENANT_ID, PAYMENT_ATTEMPTS.CONNECTION_ID, PAYMENT_ATTEMPTS.PROVIDER_REFERENCE)
            .doUpdate()
            .set(given())
            .set(PAYMENT_ATTEMPTS.OBSERVED_AT, Columns.now())
            .set(PAYMENT_ATTEMPTS.UPDATED_AT, EffectiveDates.touched(PAYMENT_ATTEMPTS.UPDATED_AT))
            .set(PAYMENT_ATTEMPTS.VERSION, PAYMENT_ATTEMPTS.VERSION.plus(inline(1L))));

    private static SelectOnConditionStep<Record> attempts(SelectSelectStep<Record> columns) {
        return columns.from(PAYMENT_ATTEMPTS)
                .join(PAYMENTS).on(PAYMENTS.TENANT_ID.eq(PAYMENT_ATTEMPTS.TENANT_ID).and(PAYMENTS.ID.eq(PAYMENT_ATTEMPTS.PAYMENT_ID)));
    }

    private static Map<Field<?>, Field<?>> given() {
        var given = new LinkedHashMap<Field<?>, Field<?>>();
        for (var column : CONTENT) {
            // An event without the movement doesn't take it back.
            given.put(column, column == PAYMENT_ATTEMPTS.MOVEMENT
                    ? coalesce(excluded(PAYMENT_ATTEMPTS.MOVEMENT), PAYMENT_ATTEMPTS.MOVEMENT)
                    : excluded(column));
        }
        return given;
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** The attempts of a payment, the first one first. */
    List<Stored> ofPayment(Tx tx, UUID paymentId) {
        return OF_PAYMENT.all(tx, paymentId);
    }

    /** Stores an attempt of a locked payment, with the transaction's next statement. */
    void save(Tx tx, UUID connectionId, UUID paymentId, ProviderAttempt attempt, Origin origin) {
        var failure = attempt.failure();
        var position = origin.position();
        SAVE.later(tx,
                Ids.next(), connectionId, paymentId, attempt.reference(), attempt.status(), attempt.outcome(), attempt.currency(), attempt.amountMinor(),
                attempt.capturedMinor(), attempt.refundedMinor(), attempt.attemptedAt(), attempt.method(), failure == null ? null : failure.code(),
                failure == null ? null : PaymentRules.category(failure), failure == null ? null : failure.message(), origin.deliveryId(),
                position.eventReference(), position.at(), position.rank(), origin.apiVersion(),
                attempt.movement() == null ? null : MovementColumnStore.json(List.of(attempt.movement())));
    }

    private static Row shown(RowReader cells) {
        var stored = row(cells);
        return new Row(
                cells.get(PAYMENT_ATTEMPTS.ID), cells.get(PAYMENT_ATTEMPTS.CONNECTION_ID), cells.get(PAYMENT_ATTEMPTS.PAYMENT_ID), cells.get(NUMBER), stored,
                cells.get(WILL_RETRY_AT),
                new Origin(cells.get(PAYMENT_ATTEMPTS.DELIVERY_ID), stored.position(), cells.get(PAYMENT_ATTEMPTS.API_VERSION)),
                cells.get(PAYMENT_ATTEMPTS.OBSERVED_AT), cells.get(PAYMENT_ATTEMPTS.CREATED_AT), cells.get(PAYMENT_ATTEMPTS.UPDATED_AT),
                cells.get(PAYMENT_ATTEMPTS.VERSION));
    }

    private static Stored row(RowReader cells) {
        var outcome = cells.get(PAYMENT_ATTEMPTS.OUTCOME);
        return new Stored(
                new ProviderAttempt(
                        cells.get(PAYMENT_ATTEMPTS.PROVIDER_REFERENCE), cells.get(PAYMENT_REFERENCE),
                        cells.get(PAYMENT_ATTEMPTS.PROVIDER_STATUS), outcome, null, null, cells.get(PAYMENT_ATTEMPTS.CURRENCY),
                        cells.get(PAYMENT_ATTEMPTS.AMOUNT_MINOR), cells.get(PAYMENT_ATTEMPTS.CAPTURED_MINOR),
                        cells.get(PAYMENT_ATTEMPTS.REFUNDED_MINOR), cells.get(PAYMENT_ATTEMPTS.ATTEMPTED_AT), cells.get(PAYMENT_ATTEMPTS.METHOD),
                        outcome.equals("failed")
                                ? new Failure(cells.get(PAYMENT_ATTEMPTS.FAILURE_CODE), cells.get(PAYMENT_ATTEMPTS.FAILURE_MESSAGE))
                                : null,
                        movement(cells.get(PAYMENT_ATTEMPTS.MOVEMENT))),
                new Position(
                        cells.get(PAYMENT_ATTEMPTS.PROVIDER_AT), cells.get(PAYMENT_ATTEMPTS.MIRROR_RANK),
                        cells.get(PAYMENT_ATTEMPTS.PROVIDER_EVENT_REFERENCE)));
    }

    private static @Nullable ProviderMovement movement(@Nullable JSONB stored) {
        return stored == null ? null : MovementColumnStore.read(stored).getFirst();
    }
}
