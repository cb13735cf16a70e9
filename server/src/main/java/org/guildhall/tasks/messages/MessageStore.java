package org.guildhall.tasks.messages;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.tasks.Tables.MESSAGES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
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
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Messages, as callers see and change them. The state depends on the clock: a queued message expires, and a lost attempt becomes unknown,
 * at their instants and without a job.
 */
final class MessageStore {

    /**
     * A message as it is now.
     *
     * @param state the state now; the stored one may still be the state before
     * @param slotAt the reserved place within the transport's rate; null if none is reserved
     * @param attempt the number of the last attempt
     * @param tries the number of attempts since it was queued
     */
    record Row(
            UUID id, @Nullable String externalId, UUID transportId, String channel, String category, @Nullable UUID personId,
            @Nullable String address, @Nullable String subject, @Nullable String body, String format, @Nullable UUID templateId,
            @Nullable Long templateVersion, @Nullable String dedupeKey, @Nullable Instant sendAfter, @Nullable Instant expiresAt, @Nullable Instant eventAt,
            @Nullable String workflow, @Nullable String entityType, @Nullable UUID entityId, String state, @Nullable String stateReason,
            @Nullable String heldReason, @Nullable Instant heldUntil, @Nullable Instant nextAttemptAt, @Nullable Instant slotAt, @Nullable Instant leaseUntil,
            int attempt, int tries, List<Attempt> attempts, @Nullable UUID suppressionId, String emailMessageId, @Nullable String providerMessageId, @Nullable String sentTo, @Nullable Instant sentAt,
            @Nullable Instant deliveredAt, @Nullable Instant finishedAt, @Nullable Instant bodyErasedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** An attempt that has ended. */
    record Attempt(int number, Instant startedAt, Instant endedAt, String outcome, @Nullable String code, @Nullable String detail) {}

    /** A message to insert. */
    record New(
            UUID id, @Nullable String externalId, UUID transportId, String channel, String category, @Nullable UUID personId,
            @Nullable String address, String subject, String body, String format, @Nullable UUID templateId, @Nullable Long templateVersion,
            @Nullable String dedupeKey, @Nullable Instant sendAfter,
            @Nullable Instant expiresAt, @Nullable Instant eventAt, @Nullable String workflow, @Nullable String entityType, @Nullable UUID entityId,
            Instant nextAttemptAt,            String emailMessageId) {}

    /** The filters of a list; null for an absent one. @param state a state, or one of the pairs in {@link #states} */
    record Filter(
            @Nullable String externalId, @Nullable String state, @Nullable String category, @Nullable UUID transportId, @Nullable UUID personId,
            @Nullable UUID entityId, TimeWindow created) {

        private Filter with(String other) {
            return new Filter(externalId, other, category, transportId, personId, entityId, created);
        }
    }

    /** A locked message and the present instant. */
    record Locked(Row row, Instant now) {}

    private static final String EXPIRED_IN_QUEUE = "queued, expired";
    private static final String EXPIRED_WHILE_HELD = "held, expired";
    private static final String RELEASED_BY_CLOCK = "held, queued";
    private static final String LOST_WHILE_SENDING = "sending, unknown";
    private static final JsonReader<List<Attempt>> ATTEMPTS = JsonReader.ofList(Attempt.class);

    private static final Condition OVERDUE = MESSAGES.EXPIRES_AT.le(EffectiveDates.present());
    private static final Condition NOT_OVERDUE = MESSAGES.EXPIRES_AT.isNull().or(MESSAGES.EXPIRES_AT.gt(EffectiveDates.present()));
    private static final Condition EXPIRED = MESSAGES.STATE.in(inline("queued"), inline("held")).and(OVERDUE);
    private static final Condition RELEASED = MESSAGES.STATE.eq(inline("held")).and(MESSAGES.HELD_UNTIL.le(EffectiveDates.present()));
    private static final Condition LOST = MESSAGES.STATE.eq(inline("sending")).and(MESSAGES.LEASE_UNTIL.le(EffectiveDates.present()));
    private static final Field<String> STATE =
            when(EXPIRED, inline("expired")).when(LOST, inline("unknown")).when(RELEASED, inline("queued")).otherwise(MESSAGES.STATE).as("state_now");
    private static final Field<Instant> NEXT_ATTEMPT_AT =
            when(EXPIRED, DSL.castNull(MESSAGES.NEXT_ATTEMPT_AT)).otherwise(MESSAGES.NEXT_ATTEMPT_AT).as("next_attempt_at_now");
    private static final Field<String> HELD_REASON = when(RELEASED, DSL.castNull(MESSAGES.HELD_REASON)).otherwise(MESSAGES.HELD_REASON).as("held_reason_now");
    private static final Field<Instant> HELD_UNTIL = when(RELEASED, DSL.castNull(MESSAGES.HELD_UNTIL)).otherwise(MESSAGES.HELD_UNTIL).as("held_until_now");
    private static final Field<Instant> FINISHED_AT = coalesce(
            MESSAGES.FINISHED_AT, when(EXPIRED, MESSAGES.EXPIRES_AT).when(LOST, MESSAGES.LEASE_UNTIL)).as("finished_at_now");

    static final List<Field<?>> COLUMNS = List.of(
            MESSAGES.ID, MESSAGES.EXTERNAL_ID, MESSAGES.TRANSPORT_ID, MESSAGES.CHANNEL, MESSAGES.CATEGORY, MESSAGES.PERSON_ID, MESSAGES.ADDRESS,
            MESSAGES.SUBJECT, MESSAGES.BODY, MESSAGES.FORMAT, MESSAGES.TEMPLATE_ID, MESSAGES.TEMPLATE_VERSION, MESSAGES.DEDUPE_KEY, MESSAGES.SEND_AFTER, MESSAGES.EXPIRES_AT, MESSAGES.EVENT_AT, MESSAGES.WORKFLOW,
            MESSAGES.ENTITY_TYPE, MESSAGES.ENTITY_ID, STATE, MESSAGES.STATE_REASON, HELD_REASON, HELD_UNTIL, NEXT_ATTEMPT_AT, MESSAGES.SLOT_AT, MESSAGES.LEASE_UNTIL,
            MESSAGES.ATTEMPT, MESSAGES.TRIES, MESSAGES.ATTEMPTS, MESSAGES.SUPPRESSION_ID, MESSAGES.EMAIL_MESSAGE_ID, MESSAGES.PROVIDER_MESSAGE_ID,
            MESSAGES.SENT_TO, MESSAGES.SENT_AT, MESSAGES.DELIVERED_AT, FINISHED_AT,
            MESSAGES.BODY_ERASED_AT, MESSAGES.CREATED_AT, MESSAGES.UPDATED_AT, MESSAGES.VERSION);
    private static final Condition BY_ID = MESSAGES.ID.eq(param(MESSAGES.ID));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(MESSAGES)
                    .set(MESSAGES.ID, param(MESSAGES.ID))
                    .set(MESSAGES.EXTERNAL_ID, param(MESSAGES.EXTERNAL_ID))
                    .set(MESSAGES.TRANSPORT_ID, param(MESSAGES.TRANSPORT_ID))
                    .set(MESSAGES.CHANNEL, param(MESSAGES.CHANNEL))
                    .set(MESSAGES.CATEGORY, param(MESSAGES.CATEGORY))
                    .set(MESSAGES.PERSON_ID, param(MESSAGES.PERSON_ID))
                    .set(MESSAGES.ADDRESS, param(MESSAGES.ADDRESS))
                    .set(MESSAGES.SUBJECT, param(MESSAGES.SUBJECT))
                    .set(MESSAGES.BODY, param(MESSAGES.BODY))
                    .set(MESSAGES.FORMAT, param(MESSAGES.FORMAT))
                    .set(MESSAGES.TEMPLATE_ID, param(MESSAGES.TEMPLATE_ID))
                    .set(MESSAGES.TEMPLATE_VERSION, param(MESSAGES.TEMPLATE_VERSION))
                    .set(MESSAGES.DEDUPE_KEY, param(MESSAGES.DEDUPE_KEY))
                    .set(MESSAGES.DEDUPE_LIVE, DSL.field(param(MESSAGES.DEDUPE_KEY).isNotNull()))
                    .set(MESSAGES.SEND_AFTER, param(MESSAGES.SEND_AFTER))
                    .set(MESSAGES.EXPIRES_AT, param(MESSAGES.EXPIRES_AT))
                    .set(MESSAGES.EVENT_AT, param(MESSAGES.EVENT_AT))
                    .set(MESSAGES.WORKFLOW, param(MESSAGES.WORKFLOW))
                    .set(MESSAGES.ENTITY_TYPE, param(MESSAGES.ENTITY_TYPE))
                    .set(MESSAGES.ENTITY_ID, param(MESSAGES.ENTITY_ID))
                    .set(MESSAGES.NEXT_ATTEMPT_AT, param(MESSAGES.NEXT_ATTEMPT_AT))
                    .set(MESSAGES.EMAIL_MESSAGE_ID, param(MESSAGES.EMAIL_MESSAGE_ID))
                    .onConflict(MESSAGES.TENANT_ID, MESSAGES.DEDUPE_KEY)
                    .where(DSL.condition(MESSAGES.DEDUPE_LIVE))
                    .doNothing()
                    .returningResult(COLUMNS),
            MessageStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(MESSAGES).where(BY_ID), MessageStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(MESSAGES).where(BY_ID).forNoKeyUpdate(), MessageStore::row);
    private static final PreparedQuery<Map.Entry<UUID, String>> STATES = PreparedQuery.of(
            select(MESSAGES.ID, STATE).from(MESSAGES).where(MESSAGES.ID.eq(any(params("ids", SQLDataType.UUID)))),
            cells -> Map.entry(cells.get(MESSAGES.ID), cells.get(STATE)));
    private static final PreparedQuery<Row> GET_BY_DEDUPE_KEY = PreparedQuery.of(
            select(COLUMNS).from(MESSAGES).where(MESSAGES.DEDUPE_KEY.eq(param(MESSAGES.DEDUPE_KEY))).and(MESSAGES.DEDUPE_LIVE).forNoKeyUpdate(),
            MessageStore::row);
    private static final PreparedUpdate FREE_DEDUPE_KEY = PreparedUpdate.of(DSL.update(MESSAGES).set(MESSAGES.DEDUPE_LIVE, inline(false)).where(BY_ID));
    private static final PreparedQuery<Row> CANCEL = PreparedQuery.of(
            released()
                    .set(MESSAGES.STATE, inline("canceled"))
                    .set(MESSAGES.STATE_REASON, param(MESSAGES.STATE_REASON))
                    .set(MESSAGES.NEXT_ATTEMPT_AT, DSL.castNull(MESSAGES.NEXT_ATTEMPT_AT))
                    .set(MESSAGES.SLOT_AT, DSL.castNull(MESSAGES.SLOT_AT))
                    .set(MESSAGES.FINISHED_AT, param(MESSAGES.FINISHED_AT))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            MessageStore::row);
    private static final PreparedQuery<Row> REQUEUE = PreparedQuery.of(
            change()
                    .set(MESSAGES.STATE, inline("queued"))
                    .set(MESSAGES.STATE_REASON, param(MESSAGES.STATE_REASON))
                    .set(MESSAGES.NEXT_ATTEMPT_AT, param(MESSAGES.NEXT_ATTEMPT_AT))
                    .set(MESSAGES.SLOT_AT, DSL.castNull(MESSAGES.SLOT_AT))
                    .set(MESSAGES.LEASE_UNTIL, DSL.castNull(MESSAGES.LEASE_UNTIL))
                    .set(MESSAGES.TRIES, inline(0))
                    .set(MESSAGES.SUPPRESSION_ID, DSL.castNull(MESSAGES.SUPPRESSION_ID))
                    .set(MESSAGES.FINISHED_AT, DSL.castNull(MESSAGES.FINISHED_AT))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            MessageStore::row);
    private static final PreparedQuery<Row> RESOLVE = PreparedQuery.of(
            change()
                    .set(MESSAGES.STATE, param(MESSAGES.STATE))
                    .set(MESSAGES.STATE_REASON, param(MESSAGES.STATE_REASON))
                    .set(MESSAGES.LEASE_UNTIL, DSL.castNull(MESSAGES.LEASE_UNTIL))
                    .set(MESSAGES.SENT_AT, when(param(MESSAGES.STATE).eq(inline("sent")), param(MESSAGES.FINISHED_AT)))
                    .set(MESSAGES.FINISHED_AT, param(MESSAGES.FINISHED_AT))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            MessageStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", MESSAGES.CREATED_AT),
            MESSAGES.ID,
            by -> select(COLUMNS)
                    .from(MESSAGES)
                    .where(by.is(MESSAGES.EXTERNAL_ID, Filter::externalId))
                    .and(by.choice(Filter::state, MessageStore::state))
                    .and(by.oneOf(MESSAGES.CATEGORY, Filter::category))
                    .and(by.is(MESSAGES.TRANSPORT_ID, Filter::transportId))
                    .and(by.is(MESSAGES.PERSON_ID, Filter::personId))
                    .and(by.is(MESSAGES.ENTITY_ID, Filter::entityId))
                    .and(by.within(MESSAGES.CREATED_AT, Filter::created)),
            MessageStore::row);

    private static Condition state(@Nullable String state) {
        return switch (state) {
            case null -> noCondition();
            case LOST_WHILE_SENDING -> LOST;
            case EXPIRED_IN_QUEUE -> MESSAGES.STATE.eq(inline("queued")).and(OVERDUE);
            case EXPIRED_WHILE_HELD -> MESSAGES.STATE.eq(inline("held")).and(OVERDUE);
            case RELEASED_BY_CLOCK -> RELEASED.and(NOT_OVERDUE);
            case "queued" -> MESSAGES.STATE.eq(inline("queued")).and(NOT_OVERDUE);
            case "held" -> MESSAGES.STATE.eq(inline("held")).and(MESSAGES.HELD_UNTIL.gt(EffectiveDates.present()));
            case "sending" -> MESSAGES.STATE.eq(inline("sending")).and(MESSAGES.LEASE_UNTIL.gt(EffectiveDates.present()));
            default -> MESSAGES.STATE.eq(inline(state));
        };
    }

    /** The lists whose union has the messages in a state: those stored in it, and those that the clock has brought there. */
    private static List<Filter> states(Filter filter) {
        return switch (filter.state()) {
            case "expired" -> List.of(filter, filter.with(EXPIRED_IN_QUEUE), filter.with(EXPIRED_WHILE_HELD));
            case "queued" -> List.of(filter, filter.with(RELEASED_BY_CLOCK));
            case "unknown" -> List.of(filter, filter.with(LOST_WHILE_SENDING));
            case null, default -> List.of(filter);
        };
    }

    /** Inserts a queued message; null if another one has the dedupe key. */
    @Nullable Row insert(Tx tx, New message) {
        return INSERT.one(tx,
                message.id(), message.externalId(), message.transportId(), message.channel(), message.category(), message.personId(),
                message.address(), message.subject(), message.body(), message.format(), message.templateId(), message.templateVersion(),
                message.dedupeKey(), message.sendAfter(), message.expiresAt(), message.eventAt(), message.workflow(), message.entityType(), message.entityId(), message.nextAttemptAt(), message.emailMessageId());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Adds the read of the message that holds a dedupe key, locked until the transaction ends. */
    Supplier<@Nullable Row> getByDedupeKey(Batch batch, @Nullable String key) {
        return key == null ? () -> null : batch.one(GET_BY_DEDUPE_KEY, key);
    }

    /** The message that holds a dedupe key. */
    @Nullable Row getByDedupeKey(Tx tx, String key) {
        return GET_BY_DEDUPE_KEY.one(tx, key);
    }

    /** The change of a message, with its next version. */
    static UpdateSetMoreStep<?> change() {
        return DSL.update(MESSAGES)
                .set(MESSAGES.UPDATED_AT, EffectiveDates.touched(MESSAGES.UPDATED_AT))
                .set(MESSAGES.VERSION, MESSAGES.VERSION.plus(inline(1)));
    }

    /** The change of a message that isn't held any more. */
    static UpdateSetMoreStep<?> released() {
        return change()
                .set(MESSAGES.HELD_REASON, DSL.castNull(MESSAGES.HELD_REASON))
                .set(MESSAGES.HELD_UNTIL, DSL.castNull(MESSAGES.HELD_UNTIL));
    }

    /** Lets another message use the dedupe key. */
    void freeDedupeKey(Tx tx, UUID id) {
        FREE_DEDUPE_KEY.later(tx, id);
    }

    /** Locks the message until the transaction ends; null if there is none. */
    @Nullable Locked lock(Tx tx, UUID id) {
        var batch = new Batch();
        var row = batch.one(LOCK, id);
        var now = EffectiveDates.present(batch);
        batch.send(tx);
        var found = row.get();
        return found == null ? null : new Locked(found, now.get());
    }

    /** The present states of messages by their ids. */
    Map<UUID, String> statesByIds(Tx tx, Collection<UUID> ids) {
        return STATES.all(tx, ids).stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return ListQuery.merged(tx, page, states(filter).stream().map(LIST::with).toList());
    }

    Row cancel(Tx tx, Locked before, String reason) {
        return CANCEL.single(tx, reason, before.now(), before.row().id());
    }

    /** Queues the message again for an attempt at once. */
    Row requeue(Tx tx, Locked before, String reason) {
        return REQUEUE.single(tx, reason, before.now(), before.row().id());
    }

    Row resolve(Tx tx, Locked before, String state, String reason) {
        return RESOLVE.single(tx, state, reason, before.now(), before.row().id());
    }

    static Row row(RowReader cells) {
        return new Row(
                cells.get(MESSAGES.ID), cells.get(MESSAGES.EXTERNAL_ID), cells.get(MESSAGES.TRANSPORT_ID), cells.get(MESSAGES.CHANNEL),
                cells.get(MESSAGES.CATEGORY), cells.get(MESSAGES.PERSON_ID), cells.get(MESSAGES.ADDRESS), cells.get(MESSAGES.SUBJECT),
                cells.get(MESSAGES.BODY), cells.get(MESSAGES.FORMAT), cells.get(MESSAGES.TEMPLATE_ID),
                cells.get(MESSAGES.TEMPLATE_VERSION), cells.get(MESSAGES.DEDUPE_KEY), cells.get(MESSAGES.SEND_AFTER),
                cells.get(MESSAGES.EXPIRES_AT), cells.get(MESSAGES.EVENT_AT), cells.get(MESSAGES.WORKFLOW), cells.get(MESSAGES.ENTITY_TYPE), cells.get(MESSAGES.ENTITY_ID),
                cells.get(STATE), cells.get(MESSAGES.STATE_REASON), cells.get(HELD_REASON), cells.get(HELD_UNTIL), cells.get(NEXT_ATTEMPT_AT), cells.get(MESSAGES.SLOT_AT),
                cells.get(MESSAGES.LEASE_UNTIL), cells.get(MESSAGES.ATTEMPT), cells.get(MESSAGES.TRIES), ATTEMPTS.read(cells.get(MESSAGES.ATTEMPTS)),
                cells.get(MESSAGES.SUPPRESSION_ID), cells.get(MESSAGES.EMAIL_MESSAGE_ID), cells.get(MESSAGES.PROVIDER_MESSAGE_ID),
                cells.get(MESSAGES.SENT_TO), cells.get(MESSAGES.SENT_AT), cells.get(MESSAGES.DELIVERED_AT), cells.get(FINISHED_AT),
                cells.get(MESSAGES.BODY_ERASED_AT), cells.get(MESSAGES.CREATED_AT), cells.get(MESSAGES.UPDATED_AT), cells.get(MESSAGES.VERSION));
    }
}
