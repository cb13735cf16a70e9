package org.guildhall.billing.checkout;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.PLAN_CHANGES;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTIONS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderPreview;
import org.guildhall.billing.events.ProviderPrice;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Json;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Plan changes with their previews. */
final class PlanChangeStore {

    /** A preview can be requested for so long. */
    private static final int PREVIEW_MINUTES = 10;
    /** A bound for the plan changes of one subscription that can be confirmed at once. */
    private static final int AWAITED_MAX = 100;

    /**
     * The change itself, which stays as it was previewed. References are the provider's ids.
     *
     * @param toPriceReference the name of the new price in the provider's items
     * @param toPrice the new price as it was previewed; null for changes of older servers
     * @param timing now or period_end
     */
    record Subject(
            UUID connectionId, UUID subscriptionId, long subscriptionVersion, String subscriptionReference, UUID itemId, String itemReference,
            @Nullable UUID fromPriceId, UUID toPriceId, String toPriceReference, @Nullable ProviderPrice toPrice, String timing, String proration) {

        /** The new price. An older server changed prices of Stripe only, for which the reference is enough. */
        ProviderPrice requirePrice() {
            return toPrice != null ? toPrice : new ProviderPrice("", toPriceReference, "", 0, "", true, "month", 1);
        }
    }

    /**
     * A plan change as stored.
     *
     * @param replacementReference the provider's id of the subscription that replaces the changed one; null if none does
     * @param replacementId the replacing subscription; null until the mirror has it
     */
    record Row(
            UUID id, @Nullable String externalId, Subject subject, Instant prorationAt, String state, @Nullable ProviderPreview preview,
            @Nullable String replacementReference, @Nullable UUID replacementId,
            @Nullable String failureCode, @Nullable String failureMessage, Instant expiresAt, @Nullable Instant requestedAt, @Nullable Instant confirmedAt,
            Instant createdAt, Instant updatedAt, long version, Instant now) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable UUID subscriptionId, @Nullable String state, TimeWindow created) {}

    private static final Field<String> NONE = inline((String) null);
    private static final Field<Instant> NOW = Columns.now().as("now");
    private static final Field<UUID> REPLACEMENT_ID = DSL.field(select(SUBSCRIPTIONS.ID)
            .from(SUBSCRIPTIONS)
            .where(SUBSCRIPTIONS.TENANT_ID.eq(PLAN_CHANGES.TENANT_ID))
            .and(SUBSCRIPTIONS.CONNECTION_ID.eq(PLAN_CHANGES.CONNECTION_ID))
            .and(SUBSCRIPTIONS.PROVIDER_REFERENCE.eq(PLAN_CHANGES.REPLACEMENT_REFERENCE))).as("replacement_id");
    private static final List<Field<?>> COLUMNS = List.of(
            PLAN_CHANGES.ID, PLAN_CHANGES.EXTERNAL_ID, PLAN_CHANGES.CONNECTION_ID, PLAN_CHANGES.SUBSCRIPTION_ID, PLAN_CHANGES.SUBSCRIPTION_VERSION,
            PLAN_CHANGES.SUBSCRIPTION_REFERENCE, PLAN_CHANGES.ITEM_ID, PLAN_CHANGES.ITEM_REFERENCE, PLAN_CHANGES.FROM_PRICE_ID, PLAN_CHANGES.TO_PRICE_ID,
            PLAN_CHANGES.TO_PRICE_REFERENCE, PLAN_CHANGES.TO_PRICE, PLAN_CHANGES.TIMING, PLAN_CHANGES.PRORATION, PLAN_CHANGES.PRORATION_AT, PLAN_CHANGES.STATE,
            PLAN_CHANGES.PREVIEW, PLAN_CHANGES.REPLACEMENT_REFERENCE, REPLACEMENT_ID,
            PLAN_CHANGES.FAILURE_CODE, PLAN_CHANGES.FAILURE_MESSAGE, PLAN_CHANGES.EXPIRES_AT, PLAN_CHANGES.REQUESTED_AT, PLAN_CHANGES.CONFIRMED_AT,
            PLAN_CHANGES.CREATED_AT, PLAN_CHANGES.UPDATED_AT, PLAN_CHANGES.VERSION, NOW);
    private static final Condition BY_ID = PLAN_CHANGES.ID.eq(param(PLAN_CHANGES.ID));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(PLAN_CHANGES)
                    .set(Columns.assigned(
                            PLAN_CHANGES.ID, PLAN_CHANGES.EXTERNAL_ID, PLAN_CHANGES.CONNECTION_ID, PLAN_CHANGES.SUBSCRIPTION_ID,
                            PLAN_CHANGES.SUBSCRIPTION_VERSION, PLAN_CHANGES.SUBSCRIPTION_REFERENCE, PLAN_CHANGES.ITEM_ID, PLAN_CHANGES.ITEM_REFERENCE,
                            PLAN_CHANGES.FROM_PRICE_ID, PLAN_CHANGES.TO_PRICE_ID, PLAN_CHANGES.TO_PRICE_REFERENCE, PLAN_CHANGES.TO_PRICE, PLAN_CHANGES.TIMING,
                            PLAN_CHANGES.PRORATION))
                    // The provider takes whole seconds.
                    .set(PLAN_CHANGES.PRORATION_AT, DSL.field("date_trunc('second', {0})", SQLDataType.INSTANT, Columns.now()))
                    .set(PLAN_CHANGES.EXPIRES_AT, DSL.field(
                            "{0} + {1} * interval '1 minute'", SQLDataType.INSTANT, Columns.now(), inline(PREVIEW_MINUTES)))
                    .returningResult(COLUMNS),
            PlanChangeStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(PLAN_CHANGES).where(BY_ID), PlanChangeStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(PLAN_CHANGES).where(BY_ID).forNoKeyUpdate(), PlanChangeStore::row);
    private static final PreparedQuery<Row> LOCK_AWAITED = awaited(PLAN_CHANGES.SUBSCRIPTION_ID.eq(param(PLAN_CHANGES.SUBSCRIPTION_ID)));
    private static final PreparedQuery<Row> LOCK_AWAITED_REPLACED = awaited(
            DSL.row(PLAN_CHANGES.CONNECTION_ID, PLAN_CHANGES.REPLACEMENT_REFERENCE).in(
                    select(SUBSCRIPTIONS.CONNECTION_ID, SUBSCRIPTIONS.PROVIDER_REFERENCE).from(SUBSCRIPTIONS).where(SUBSCRIPTIONS.ID.eq(param(SUBSCRIPTIONS.ID)))));
    private static final PreparedQuery<Row> SET_PREVIEW = PreparedQuery.of(
            change().set(Columns.assigned(PLAN_CHANGES.PREVIEW)).set(PLAN_CHANGES.STATE, inline("previewed"))
                    .set(PLAN_CHANGES.FAILURE_CODE, NONE).set(PLAN_CHANGES.FAILURE_MESSAGE, NONE).where(BY_ID).returningResult(COLUMNS),
            PlanChangeStore::row);
    private static final PreparedQuery<Row> REQUEST = PreparedQuery.of(
            change().set(PLAN_CHANGES.STATE, inline("requested")).set(PLAN_CHANGES.REQUESTED_AT, Columns.now()).where(BY_ID).returningResult(COLUMNS),
            PlanChangeStore::row);
    private static final PreparedQuery<Row> CONFIRM = PreparedQuery.of(
            change().set(PLAN_CHANGES.STATE, inline("confirmed")).set(PLAN_CHANGES.CONFIRMED_AT, Columns.now())
                    .set(PLAN_CHANGES.FAILURE_CODE, NONE).set(PLAN_CHANGES.FAILURE_MESSAGE, NONE).where(BY_ID).returningResult(COLUMNS),
            PlanChangeStore::row);
    private static final PreparedQuery<Row> END = PreparedQuery.of(
            change().set(Columns.assigned(PLAN_CHANGES.STATE, PLAN_CHANGES.FAILURE_CODE, PLAN_CHANGES.FAILURE_MESSAGE)).where(BY_ID).returningResult(COLUMNS),
            PlanChangeStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", PLAN_CHANGES.CREATED_AT),
            PLAN_CHANGES.ID,
            by -> select(COLUMNS)
                    .from(PLAN_CHANGES)
                    .where(by.is(PLAN_CHANGES.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(PLAN_CHANGES.SUBSCRIPTION_ID, Filter::subscriptionId))
                    .and(by.oneOf(PLAN_CHANGES.STATE, Filter::state))
                    .and(by.within(PLAN_CHANGES.CREATED_AT, Filter::created)),
            PlanChangeStore::row);

    private static final PreparedQuery<Row> REPLACE = PreparedQuery.of(
            change().set(Columns.assigned(PLAN_CHANGES.REPLACEMENT_REFERENCE)).where(BY_ID).returningResult(COLUMNS), PlanChangeStore::row);

    private static PreparedQuery<Row> awaited(Condition subject) {
        return PreparedQuery.of(
                select(COLUMNS)
                        .from(PLAN_CHANGES)
                        .where(subject)
                        .and(PLAN_CHANGES.STATE.in(inline("requested"), inline("failed")))
                        .and(PLAN_CHANGES.REQUESTED_AT.isNotNull())
                        .orderBy(PLAN_CHANGES.CREATED_AT, PLAN_CHANGES.ID)
                        .limit(inline(AWAITED_MAX))
                        .forNoKeyUpdate().of(PLAN_CHANGES),
                PlanChangeStore::row);
    }

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(PLAN_CHANGES)
                .set(PLAN_CHANGES.UPDATED_AT, EffectiveDates.touched(PLAN_CHANGES.UPDATED_AT))
                .set(PLAN_CHANGES.VERSION, PLAN_CHANGES.VERSION.plus(inline(1L)));
    }

    Row insert(Tx tx, UUID id, @Nullable String externalId, Subject subject) {
        return INSERT.single(tx, id, externalId, subject.connectionId(), subject.subscriptionId(), subject.subscriptionVersion(),
                subject.subscriptionReference(), subject.itemId(), subject.itemReference(), subject.fromPriceId(), subject.toPriceId(),
                subject.toPriceReference(), json(subject.toPrice()), subject.timing(), subject.proration());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the plan change until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Locks the requested plan changes that no event has confirmed: those of a subscription, and those that it replaces another one for. */
    List<Row> lockAwaited(Tx tx, UUID subscriptionId) {
        var batch = new Batch();
        var changed = batch.all(LOCK_AWAITED, subscriptionId);
        var replaced = batch.all(LOCK_AWAITED_REPLACED, subscriptionId);
        batch.send(tx);
        return Stream.concat(changed.get().stream(), replaced.get().stream()).toList();
    }

    /** Records the provider's id of the subscription that replaces the changed one. */
    Row replace(Tx tx, UUID id, String reference) {
        return REPLACE.single(tx, reference, id);
    }

    Row setPreview(Tx tx, UUID id, ProviderPreview preview) {
        return SET_PREVIEW.single(tx, json(preview), id);
    }

    Row request(Tx tx, UUID id) {
        return REQUEST.single(tx, id);
    }

    Row confirm(Tx tx, UUID id) {
        return CONFIRM.single(tx, id);
    }

    /** Ends a plan change. @param state refused or failed */
    Row end(Tx tx, UUID id, String state, String code, @Nullable String message) {
        return END.single(tx, state, code, message, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        var subject = new Subject(
                cells.get(PLAN_CHANGES.CONNECTION_ID), cells.get(PLAN_CHANGES.SUBSCRIPTION_ID), cells.get(PLAN_CHANGES.SUBSCRIPTION_VERSION),
                cells.get(PLAN_CHANGES.SUBSCRIPTION_REFERENCE), cells.get(PLAN_CHANGES.ITEM_ID), cells.get(PLAN_CHANGES.ITEM_REFERENCE),
                cells.get(PLAN_CHANGES.FROM_PRICE_ID), cells.get(PLAN_CHANGES.TO_PRICE_ID), cells.get(PLAN_CHANGES.TO_PRICE_REFERENCE),
                read(cells.get(PLAN_CHANGES.TO_PRICE), ProviderPrice.class), cells.get(PLAN_CHANGES.TIMING), cells.get(PLAN_CHANGES.PRORATION));
        return new Row(
                cells.get(PLAN_CHANGES.ID), cells.get(PLAN_CHANGES.EXTERNAL_ID), subject, cells.get(PLAN_CHANGES.PRORATION_AT), cells.get(PLAN_CHANGES.STATE),
                read(cells.get(PLAN_CHANGES.PREVIEW), ProviderPreview.class), cells.get(PLAN_CHANGES.REPLACEMENT_REFERENCE), cells.get(REPLACEMENT_ID),
                cells.get(PLAN_CHANGES.FAILURE_CODE), cells.get(PLAN_CHANGES.FAILURE_MESSAGE),
                cells.get(PLAN_CHANGES.EXPIRES_AT), cells.get(PLAN_CHANGES.REQUESTED_AT), cells.get(PLAN_CHANGES.CONFIRMED_AT),
                cells.get(PLAN_CHANGES.CREATED_AT), cells.get(PLAN_CHANGES.UPDATED_AT), cells.get(PLAN_CHANGES.VERSION), cells.get(NOW));
    }

    private static @Nullable JSONB json(@Nullable Object value) {
        try {
            return value == null ? null : JSONB.valueOf(Json.WIRE.writeValueAsString(value));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static <T> @Nullable T read(@Nullable JSONB stored, Class<T> type) {
        try {
            return stored == null ? null : Json.WIRE.readValue(stored.data(), type);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
