package org.guildhall.billing.deliveries;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.CREDITS;
import static org.guildhall.schema.billing.Tables.DISPUTES;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.guildhall.schema.billing.Tables.PAYMENT_ATTEMPTS;
import static org.guildhall.schema.billing.Tables.REFUNDS;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTIONS;
import static org.guildhall.schema.billing.Tables.WEBHOOK_DELIVERIES;
import static org.guildhall.schema.billing.Tables.WEBHOOK_PAYLOADS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.connections.Connections.Connected;
import org.guildhall.billing.events.Provider.PastEvent;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Deliveries and their bodies. Bodies are stored sealed. */
final class DeliveryStore {

    /**
     * A delivery as stored.
     *
     * @param effects the changed resources
     * @param now the present instant by the database's clock
     */
    record Row(
            UUID id, UUID connectionId, String provider, UUID payloadId, String eventReference, String eventType, @Nullable String objectKind,
            @Nullable String objectReference, Instant providerAt, @Nullable String apiVersion, String payloadHash, int payloadBytes, String state,
            @Nullable String outcome, @Nullable String skipReason, @Nullable String errorCode, @Nullable String errorDetail, List<Effect> effects,
            Instant receivedAt, Instant lastReceivedAt, int receivedCount, int attempts, @Nullable Instant nextAttemptAt,
            @Nullable Instant processedAt, @Nullable Instant payloadErasedAt, Instant createdAt, Instant updatedAt, long version, Instant now) {}

    /** A resource that a delivery has changed. @param entityId the id as in the API */
    record Effect(String entityType, String entityId) {}

    /** A received event. @param isNew false if it was received before */
    record Received(Row row, boolean isNew) {}

    /** The body of a request. @param hash its SHA-256 in hexadecimal digits */
    record Body(String hash, int bytes) {}

    private record Erased(Place place, UUID payloadId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable UUID connectionId, @Nullable UUID accountId, @Nullable String state, @Nullable String outcome, @Nullable String eventType, @Nullable String eventReference,
            @Nullable String objectReference, TimeWindow created) {}

    /** The newest events of an object that are read; few objects have more. */
    private static final int PAST_MAX = 500;
    private static final JsonReader<List<Effect>> EFFECTS = JsonReader.ofList(Effect.class);
    private static final Field<Instant> NOW = Columns.now().as("now");
    private static final List<Field<?>> COLUMNS = List.of(
            WEBHOOK_DELIVERIES.ID, WEBHOOK_DELIVERIES.CONNECTION_ID, WEBHOOK_DELIVERIES.PROVIDER, WEBHOOK_DELIVERIES.PAYLOAD_ID,
            WEBHOOK_DELIVERIES.EVENT_REFERENCE, WEBHOOK_DELIVERIES.EVENT_TYPE, WEBHOOK_DELIVERIES.OBJECT_KIND, WEBHOOK_DELIVERIES.OBJECT_REFERENCE,
            WEBHOOK_DELIVERIES.PROVIDER_AT, WEBHOOK_DELIVERIES.API_VERSION, WEBHOOK_DELIVERIES.PAYLOAD_HASH, WEBHOOK_DELIVERIES.PAYLOAD_BYTES,
            WEBHOOK_DELIVERIES.STATE, WEBHOOK_DELIVERIES.OUTCOME, WEBHOOK_DELIVERIES.SKIP_REASON, WEBHOOK_DELIVERIES.ERROR_CODE,
            WEBHOOK_DELIVERIES.ERROR_DETAIL, WEBHOOK_DELIVERIES.EFFECTS, WEBHOOK_DELIVERIES.RECEIVED_AT, WEBHOOK_DELIVERIES.LAST_RECEIVED_AT,
            WEBHOOK_DELIVERIES.RECEIVED_COUNT, WEBHOOK_DELIVERIES.ATTEMPTS, WEBHOOK_DELIVERIES.NEXT_ATTEMPT_AT, WEBHOOK_DELIVERIES.PROCESSED_AT,
            WEBHOOK_DELIVERIES.PAYLOAD_ERASED_AT, WEBHOOK_DELIVERIES.CREATED_AT, WEBHOOK_DELIVERIES.UPDATED_AT, WEBHOOK_DELIVERIES.VERSION, NOW);
    private static final Condition BY_ID = WEBHOOK_DELIVERIES.ID.eq(param(WEBHOOK_DELIVERIES.ID));
    private static final Condition ERASABLE = WEBHOOK_DELIVERIES.PAYLOAD_ERASED_AT.isNull()
            .and(WEBHOOK_DELIVERIES.CREATED_AT.lt(DSL.param("kept_since", SQLDataType.INSTANT)));

    /** Inserts an event that waits to be processed, or counts and locks the one that was received before. */
    private static final PreparedQuery<Row> RECEIVE = PreparedQuery.of(
            insertInto(WEBHOOK_DELIVERIES)
                    .set(Columns.assigned(
                            WEBHOOK_DELIVERIES.ID, WEBHOOK_DELIVERIES.CONNECTION_ID, WEBHOOK_DELIVERIES.PROVIDER, WEBHOOK_DELIVERIES.PAYLOAD_ID,
                            WEBHOOK_DELIVERIES.EVENT_REFERENCE, WEBHOOK_DELIVERIES.EVENT_TYPE, WEBHOOK_DELIVERIES.OBJECT_KIND,
                            WEBHOOK_DELIVERIES.OBJECT_REFERENCE, WEBHOOK_DELIVERIES.PROVIDER_AT, WEBHOOK_DELIVERIES.API_VERSION,
                            WEBHOOK_DELIVERIES.PAYLOAD_HASH, WEBHOOK_DELIVERIES.PAYLOAD_BYTES, WEBHOOK_DELIVERIES.DETAILS))
                    .set(WEBHOOK_DELIVERIES.NEXT_ATTEMPT_AT, Columns.now())
                    .onConflict(WEBHOOK_DELIVERIES.TENANT_ID, WEBHOOK_DELIVERIES.CONNECTION_ID, WEBHOOK_DELIVERIES.EVENT_REFERENCE)
                    .doUpdate()
                    .set(WEBHOOK_DELIVERIES.RECEIVED_COUNT, WEBHOOK_DELIVERIES.RECEIVED_COUNT.plus(inline(1)))
                    .set(WEBHOOK_DELIVERIES.LAST_RECEIVED_AT, Columns.now())
                    .returningResult(COLUMNS),
            DeliveryStore::row);
    /** The events of a body share it. */
    private static final PreparedUpdate INSERT_PAYLOAD = PreparedUpdate.of(insertInto(WEBHOOK_PAYLOADS)
            .set(Columns.assigned(
                    WEBHOOK_PAYLOADS.ID, WEBHOOK_PAYLOADS.CONNECTION_ID, WEBHOOK_PAYLOADS.HASH, WEBHOOK_PAYLOADS.BYTES, WEBHOOK_PAYLOADS.BODY))
            .onConflictDoNothing());
    private static final PreparedQuery<PastEvent> PAST = PreparedQuery.of(
            select(WEBHOOK_DELIVERIES.EVENT_REFERENCE, WEBHOOK_DELIVERIES.EVENT_TYPE, WEBHOOK_DELIVERIES.PROVIDER_AT, WEBHOOK_DELIVERIES.DETAILS)
                    .from(WEBHOOK_DELIVERIES)
                    .where(WEBHOOK_DELIVERIES.CONNECTION_ID.eq(param(WEBHOOK_DELIVERIES.CONNECTION_ID)))
                    .and(WEBHOOK_DELIVERIES.OBJECT_REFERENCE.eq(param(WEBHOOK_DELIVERIES.OBJECT_REFERENCE)))
                    .and(WEBHOOK_DELIVERIES.STATE.ne(inline("skipped")))
                    .orderBy(WEBHOOK_DELIVERIES.PROVIDER_AT.desc(), WEBHOOK_DELIVERIES.EVENT_REFERENCE.desc())
                    .limit(inline(PAST_MAX)),
            cells -> new PastEvent(
                    cells.get(WEBHOOK_DELIVERIES.EVENT_REFERENCE), cells.get(WEBHOOK_DELIVERIES.EVENT_TYPE), cells.get(WEBHOOK_DELIVERIES.PROVIDER_AT),
                    Columns.texts(cells.get(WEBHOOK_DELIVERIES.DETAILS))));
    private static final PreparedQuery<byte[]> GET_PAYLOAD =
            PreparedQuery.ofValue(select(WEBHOOK_PAYLOADS.BODY).from(WEBHOOK_PAYLOADS).where(WEBHOOK_PAYLOADS.ID.eq(param(WEBHOOK_PAYLOADS.ID))));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(WEBHOOK_DELIVERIES).where(BY_ID), DeliveryStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(WEBHOOK_DELIVERIES).where(BY_ID).forNoKeyUpdate(), DeliveryStore::row);
    /** Attempts since a replay are counted anew. */
    private static final PreparedQuery<Row> RESTART = PreparedQuery.of(
            DSL.update(WEBHOOK_DELIVERIES).set(WEBHOOK_DELIVERIES.ATTEMPTS, inline(0)).where(BY_ID).returningResult(COLUMNS), DeliveryStore::row);
    private static final PreparedQuery<Erased> ERASE = PreparedQuery.of(
            change()
                    .set(WEBHOOK_DELIVERIES.PAYLOAD_ERASED_AT, Columns.now())
                    .where(WEBHOOK_DELIVERIES.ID.in(select(WEBHOOK_DELIVERIES.ID)
                            .from(WEBHOOK_DELIVERIES)
                            .where(ERASABLE)
                            .and(DSL.row(WEBHOOK_DELIVERIES.CREATED_AT, WEBHOOK_DELIVERIES.ID).gt(
                                    DSL.param("after_at", SQLDataType.INSTANT), DSL.param("after_id", SQLDataType.UUID)))
                            .orderBy(WEBHOOK_DELIVERIES.CREATED_AT, WEBHOOK_DELIVERIES.ID)
                            .limit(DSL.param("most", SQLDataType.INTEGER))
                            .forNoKeyUpdate()
                            .skipLocked()))
                    .returningResult(WEBHOOK_DELIVERIES.CREATED_AT, WEBHOOK_DELIVERIES.ID, WEBHOOK_DELIVERIES.PAYLOAD_ID),
            cells -> new Erased(
                    new Place(cells.get(WEBHOOK_DELIVERIES.CREATED_AT), cells.get(WEBHOOK_DELIVERIES.ID)), cells.get(WEBHOOK_DELIVERIES.PAYLOAD_ID)));
    private static final PreparedUpdate ERASE_PAYLOADS = PreparedUpdate.of(DSL.update(WEBHOOK_PAYLOADS)
            .set(WEBHOOK_PAYLOADS.BODY, DSL.castNull(WEBHOOK_PAYLOADS.BODY))
            .where(WEBHOOK_PAYLOADS.ID.eq(DSL.any(Columns.params("ids", SQLDataType.UUID)))));
    private static final PreparedQuery<Integer> ANY_ERASABLE =
            PreparedQuery.ofValue(select(inline(1)).from(WEBHOOK_DELIVERIES).where(ERASABLE).limit(inline(1)));
    private static final PreparedQuery<Row> PROCESSED = PreparedQuery.of(
            change()
                    .set(Columns.assigned(
                            WEBHOOK_DELIVERIES.STATE, WEBHOOK_DELIVERIES.OUTCOME, WEBHOOK_DELIVERIES.SKIP_REASON, WEBHOOK_DELIVERIES.EFFECTS))
                    .set(WEBHOOK_DELIVERIES.ERROR_CODE, DSL.castNull(WEBHOOK_DELIVERIES.ERROR_CODE))
                    .set(WEBHOOK_DELIVERIES.ERROR_DETAIL, DSL.castNull(WEBHOOK_DELIVERIES.ERROR_DETAIL))
                    .set(WEBHOOK_DELIVERIES.ATTEMPTS, WEBHOOK_DELIVERIES.ATTEMPTS.plus(inline(1)))
                    .set(WEBHOOK_DELIVERIES.NEXT_ATTEMPT_AT, DSL.castNull(WEBHOOK_DELIVERIES.NEXT_ATTEMPT_AT))
                    .set(WEBHOOK_DELIVERIES.PROCESSED_AT, Columns.now())
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            DeliveryStore::row);
    private static final PreparedQuery<Row> FAILED = PreparedQuery.of(
            change()
                    .set(Columns.assigned(
                            WEBHOOK_DELIVERIES.STATE, WEBHOOK_DELIVERIES.ERROR_CODE, WEBHOOK_DELIVERIES.ERROR_DETAIL, WEBHOOK_DELIVERIES.NEXT_ATTEMPT_AT))
                    .set(WEBHOOK_DELIVERIES.ATTEMPTS, WEBHOOK_DELIVERIES.ATTEMPTS.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            DeliveryStore::row);
    private static final PreparedQuery<Row> REPLAY = PreparedQuery.of(
            change()
                    .set(WEBHOOK_DELIVERIES.STATE, inline("received"))
                    .set(WEBHOOK_DELIVERIES.OUTCOME, DSL.castNull(WEBHOOK_DELIVERIES.OUTCOME))
                    .set(WEBHOOK_DELIVERIES.SKIP_REASON, DSL.castNull(WEBHOOK_DELIVERIES.SKIP_REASON))
                    .set(WEBHOOK_DELIVERIES.PROCESSED_AT, DSL.castNull(WEBHOOK_DELIVERIES.PROCESSED_AT))
                    .set(WEBHOOK_DELIVERIES.ATTEMPTS, inline(0))
                    .set(WEBHOOK_DELIVERIES.NEXT_ATTEMPT_AT, Columns.now())
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            DeliveryStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", WEBHOOK_DELIVERIES.CREATED_AT),
            WEBHOOK_DELIVERIES.ID,
            by -> select(COLUMNS)
                    .from(WEBHOOK_DELIVERIES)
                    .where(by.is(WEBHOOK_DELIVERIES.CONNECTION_ID, Filter::connectionId))
                    .and(by.when(SQLDataType.UUID, Filter::accountId, DeliveryStore::ofAccount))
                    .and(by.oneOf(WEBHOOK_DELIVERIES.STATE, Filter::state))
                    .and(by.oneOf(WEBHOOK_DELIVERIES.OUTCOME, Filter::outcome))
                    .and(by.is(WEBHOOK_DELIVERIES.EVENT_TYPE, Filter::eventType))
                    .and(by.is(WEBHOOK_DELIVERIES.EVENT_REFERENCE, Filter::eventReference))
                    .and(by.is(WEBHOOK_DELIVERIES.OBJECT_REFERENCE, Filter::objectReference))
                    .and(by.within(WEBHOOK_DELIVERIES.CREATED_AT, Filter::created)),
            DeliveryStore::row);

    /**
     * The events about an account and its objects. Their ids are read first, as an array, so that the events are looked up by them and never searched among all
     * of the tenant.
     */
    private static Condition ofAccount(Field<UUID> accountId) {
        var payments = select(PAYMENTS.ID).from(PAYMENTS).where(PAYMENTS.ACCOUNT_ID.eq(accountId));
        var references = select(ACCOUNTS.PROVIDER_REFERENCE).from(ACCOUNTS).where(ACCOUNTS.ID.eq(accountId))
                .unionAll(select(SUBSCRIPTIONS.PROVIDER_REFERENCE).from(SUBSCRIPTIONS).where(SUBSCRIPTIONS.ACCOUNT_ID.eq(accountId)))
                .unionAll(select(INVOICES.PROVIDER_REFERENCE).from(INVOICES).where(INVOICES.ACCOUNT_ID.eq(accountId)))
                .unionAll(select(CREDITS.PROVIDER_REFERENCE).from(CREDITS).where(CREDITS.ACCOUNT_ID.eq(accountId)))
                .unionAll(select(PAYMENTS.PROVIDER_REFERENCE).from(PAYMENTS).where(PAYMENTS.ACCOUNT_ID.eq(accountId)))
                .unionAll(select(PAYMENT_ATTEMPTS.PROVIDER_REFERENCE).from(PAYMENT_ATTEMPTS).where(PAYMENT_ATTEMPTS.PAYMENT_ID.in(payments)))
                .unionAll(select(REFUNDS.PROVIDER_REFERENCE).from(REFUNDS).where(REFUNDS.PAYMENT_ID.in(payments)))
                .unionAll(select(DISPUTES.PROVIDER_REFERENCE).from(DISPUTES).where(DISPUTES.PAYMENT_ID.in(payments)));
        return WEBHOOK_DELIVERIES.CONNECTION_ID.eq(select(ACCOUNTS.CONNECTION_ID).from(ACCOUNTS).where(ACCOUNTS.ID.eq(accountId)))
                .and(WEBHOOK_DELIVERIES.OBJECT_REFERENCE.eq(DSL.any(DSL.array(references))));
    }

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(WEBHOOK_DELIVERIES)
                .set(WEBHOOK_DELIVERIES.UPDATED_AT, EffectiveDates.touched(WEBHOOK_DELIVERIES.UPDATED_AT))
                .set(WEBHOOK_DELIVERIES.VERSION, WEBHOOK_DELIVERIES.VERSION.plus(inline(1L)));
    }

    /** Stores an event, or counts that it was received again. The caller adds the body of a new one. Locks the row until the transaction ends. */
    Received receive(Tx tx, Connected connection, UUID payloadId, ProviderEvent event, Body body) {
        var id = Ids.next();
        var row = RECEIVE.single(tx,
                id, connection.id(), connection.provider(), payloadId, event.reference(), event.type(), event.objectKind(), event.objectReference(),
                event.at(), event.apiVersion(), body.hash(), body.bytes(), Columns.jsonb(event.details()));
        return new Received(row, row.id().equals(id));
    }

    /** The newest received events of an object, in the provider's order. */
    List<PastEvent> past(Tx tx, UUID connectionId, String reference) {
        return PAST.all(tx, connectionId, reference).reversed();
    }

    /** Adds the sealed body of a new delivery, unless another delivery has it, with the transaction's next statement. */
    void insertPayload(Tx tx, Row row, byte[] sealed) {
        INSERT_PAYLOAD.later(tx, row.payloadId(), row.connectionId(), row.payloadHash(), row.payloadBytes(), sealed);
    }

    /** The sealed body of a delivery; null if it is erased. */
    byte @Nullable [] payload(Tx tx, UUID payloadId) {
        return GET_PAYLOAD.one(tx, payloadId);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the delivery until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Locks a delivery that exists, and begins a new series of attempts. */
    Row restart(Tx tx, UUID id) {
        return RESTART.single(tx, id);
    }

    /** True if there are deliveries with a body from before an instant. */
    boolean anyToErase(Tx tx, Instant keptSince) {
        return ANY_ERASABLE.one(tx, keptSince) != null;
    }

    /** Erases the bodies of the oldest deliveries after a place and from before an instant. @return their places */
    List<Place> erase(Tx tx, Instant keptSince, Place after, int most) {
        var erased = ERASE.all(tx, keptSince, after.createdAt(), after.deliveryId(), most);
        ERASE_PAYLOADS.execute(tx, erased.stream().map(Erased::payloadId).toList());
        return erased.stream().map(Erased::place).sorted().toList();
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Records that a delivery was processed, or skipped if there is a reason to. */
    Row processed(Tx tx, UUID id, @Nullable String outcome, @Nullable String skipReason, List<Effect> effects) {
        return PROCESSED.single(tx, skipReason == null ? "processed" : "skipped", outcome, skipReason, json(effects), id);
    }

    /** Records a failed attempt. @param next the instant of the next one; null if there is none */
    Row failed(Tx tx, UUID id, String code, String detail, @Nullable Instant next) {
        return FAILED.single(tx, next == null ? "dead" : "failed", code, detail, next, id);
    }

    /** Makes a delivery wait to be processed. */
    Row replay(Tx tx, UUID id) {
        return REPLAY.single(tx, id);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(WEBHOOK_DELIVERIES.ID), cells.get(WEBHOOK_DELIVERIES.CONNECTION_ID), cells.get(WEBHOOK_DELIVERIES.PROVIDER),
                cells.get(WEBHOOK_DELIVERIES.PAYLOAD_ID), cells.get(WEBHOOK_DELIVERIES.EVENT_REFERENCE), cells.get(WEBHOOK_DELIVERIES.EVENT_TYPE),
                cells.get(WEBHOOK_DELIVERIES.OBJECT_KIND), cells.get(WEBHOOK_DELIVERIES.OBJECT_REFERENCE), cells.get(WEBHOOK_DELIVERIES.PROVIDER_AT),
                cells.get(WEBHOOK_DELIVERIES.API_VERSION), cells.get(WEBHOOK_DELIVERIES.PAYLOAD_HASH), cells.get(WEBHOOK_DELIVERIES.PAYLOAD_BYTES),
                cells.get(WEBHOOK_DELIVERIES.STATE), cells.get(WEBHOOK_DELIVERIES.OUTCOME), cells.get(WEBHOOK_DELIVERIES.SKIP_REASON),
                cells.get(WEBHOOK_DELIVERIES.ERROR_CODE), cells.get(WEBHOOK_DELIVERIES.ERROR_DETAIL), EFFECTS.read(cells.get(WEBHOOK_DELIVERIES.EFFECTS)),
                cells.get(WEBHOOK_DELIVERIES.RECEIVED_AT), cells.get(WEBHOOK_DELIVERIES.LAST_RECEIVED_AT), cells.get(WEBHOOK_DELIVERIES.RECEIVED_COUNT),
                cells.get(WEBHOOK_DELIVERIES.ATTEMPTS), cells.get(WEBHOOK_DELIVERIES.NEXT_ATTEMPT_AT), cells.get(WEBHOOK_DELIVERIES.PROCESSED_AT),
                cells.get(WEBHOOK_DELIVERIES.PAYLOAD_ERASED_AT), cells.get(WEBHOOK_DELIVERIES.CREATED_AT), cells.get(WEBHOOK_DELIVERIES.UPDATED_AT), cells.get(WEBHOOK_DELIVERIES.VERSION), cells.get(NOW));
    }

    private static JSONB json(List<Effect> effects) {
        return Columns.rows(effects.stream().map(effect -> Map.of("entity_type", effect.entityType(), "entity_id", effect.entityId())).toList());
    }
}
