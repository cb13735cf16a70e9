package org.guildhall.tasks.messages;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.platform.Tables.TASKS_TENANTS;
import static org.guildhall.schema.tasks.Tables.MESSAGES;
import static org.guildhall.schema.tasks.Tables.TRANSPORTS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.EmailAddresses;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.tasks.messages.MessageStore.Row;
import org.guildhall.tasks.preferences.HoldRules;
import org.guildhall.tasks.preferences.Preferences;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The outbox: what the dispatcher reads and writes of messages and transports. */
final class OutboxStore {

    /** The number of rows that one statement visits. */
    static final int BATCH_MAX = 500;

    /**
     * A message whose turn has come, locked together with its transport.
     *
     * @param storedState the state in the row
     * @param isTest true if the tenant's messages never leave the server
     * @param holdRules when messages of the tenant are held
     */
    record Turn(Row message, String storedState, TransportStore.Row transport, boolean isTest, HoldRules holdRules, Instant now) {}

    /** A locked message whose attempt has ended. */
    record Ended(Row message, Instant now) {}

    private static final Condition BY_ID = MESSAGES.ID.eq(param(MESSAGES.ID));
    private static final Field<UUID> OF_MESSAGE = field(select(MESSAGES.TRANSPORT_ID).from(MESSAGES).where(BY_ID));

    private static final PreparedQuery<String> LOCK_STATE =
            PreparedQuery.ofValue(select(MESSAGES.STATE).from(MESSAGES).where(BY_ID).forNoKeyUpdate().skipLocked());
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(MessageStore.COLUMNS).from(MESSAGES).where(BY_ID), MessageStore::row);
    private static final PreparedQuery<TransportStore.Row> LOCK_TRANSPORT = PreparedQuery.of(
            select(TransportStore.COLUMNS).from(TRANSPORTS).where(TRANSPORTS.ID.eq(OF_MESSAGE)).forNoKeyUpdate(), TransportStore::row);
    private static final PreparedQuery<String> MODE = PreparedQuery.ofValue(select(TASKS_TENANTS.MODE).from(TASKS_TENANTS));
    private static final PreparedUpdate TAKE_SLOT = PreparedUpdate.of(DSL.update(TRANSPORTS)
            .set(TRANSPORTS.NEXT_SLOT_AT, param(TRANSPORTS.NEXT_SLOT_AT))
            .where(TRANSPORTS.ID.eq(param(TRANSPORTS.ID))));
    private static final PreparedUpdate RESERVE = PreparedUpdate.of(DSL.update(MESSAGES).set(MESSAGES.SLOT_AT, param(MESSAGES.SLOT_AT)).where(BY_ID));
    private static final PreparedQuery<Row> START = PreparedQuery.of(
            MessageStore.released()
                    .set(MESSAGES.STATE, inline("sending"))
                    .set(MESSAGES.NEXT_ATTEMPT_AT, DSL.castNull(MESSAGES.NEXT_ATTEMPT_AT))
                    .set(MESSAGES.SLOT_AT, DSL.castNull(MESSAGES.SLOT_AT))
                    .set(MESSAGES.LEASE_UNTIL, param(MESSAGES.LEASE_UNTIL))
                    .set(MESSAGES.ATTEMPT, MESSAGES.ATTEMPT.plus(inline(1)))
                    .set(MESSAGES.TRIES, MESSAGES.TRIES.plus(inline(1)))
                    .set(MESSAGES.SENT_TO, param(MESSAGES.SENT_TO))
                    .set(MESSAGES.RECIPIENT_KEY, param(MESSAGES.RECIPIENT_KEY))
                    .set(MESSAGES.LAST_ATTEMPT_AT, param(MESSAGES.LAST_ATTEMPT_AT))
                    .where(BY_ID)
                    .returningResult(MessageStore.COLUMNS),
            MessageStore::row);
    private static final PreparedQuery<Row> EXPIRE = PreparedQuery.of(
            MessageStore.released()
                    .set(MESSAGES.STATE, inline("expired"))
                    .set(MESSAGES.NEXT_ATTEMPT_AT, DSL.castNull(MESSAGES.NEXT_ATTEMPT_AT))
                    .set(MESSAGES.SLOT_AT, DSL.castNull(MESSAGES.SLOT_AT))
                    .set(MESSAGES.STATE_REASON, coalesce(param(MESSAGES.STATE_REASON), MESSAGES.STATE_REASON))
                    .set(MESSAGES.FINISHED_AT, param(MESSAGES.FINISHED_AT))
                    .where(BY_ID)
                    .returningResult(MessageStore.COLUMNS),
            MessageStore::row);
    private static final PreparedQuery<Row> HOLD = PreparedQuery.of(
            MessageStore.change()
                    .set(MESSAGES.STATE, inline("held"))
                    .set(MESSAGES.HELD_REASON, param(MESSAGES.HELD_REASON))
                    .set(MESSAGES.HELD_UNTIL, param(MESSAGES.HELD_UNTIL))
                    .set(MESSAGES.NEXT_ATTEMPT_AT, param(MESSAGES.HELD_UNTIL))
                    .set(MESSAGES.SLOT_AT, DSL.castNull(MESSAGES.SLOT_AT))
                    .where(BY_ID)
                    .returningResult(MessageStore.COLUMNS),
            MessageStore::row);
    private static final PreparedQuery<Row> SUPPRESS = PreparedQuery.of(
            MessageStore.released()
                    .set(MESSAGES.STATE, inline("suppressed"))
                    .set(MESSAGES.SUPPRESSION_ID, param(MESSAGES.SUPPRESSION_ID))
                    .set(MESSAGES.NEXT_ATTEMPT_AT, DSL.castNull(MESSAGES.NEXT_ATTEMPT_AT))
                    .set(MESSAGES.SLOT_AT, DSL.castNull(MESSAGES.SLOT_AT))
                    .set(MESSAGES.FINISHED_AT, param(MESSAGES.FINISHED_AT))
                    .where(BY_ID)
                    .returningResult(MessageStore.COLUMNS),
            MessageStore::row);

    /** The result of an attempt counts while no later attempt and no operator has decided otherwise. */
    private static final PreparedQuery<Row> LOCK_ATTEMPT = PreparedQuery.of(
            select(MessageStore.COLUMNS)
                    .from(MESSAGES)
                    .where(BY_ID)
                    .and(MESSAGES.ATTEMPT.eq(param(MESSAGES.ATTEMPT)))
                    .and(MESSAGES.STATE.in(inline("sending"), inline("unknown")))
                    .forNoKeyUpdate(),
            MessageStore::row);
    private static final Field<JSONB> WITH_ATTEMPT = field(
            """
            {0} || jsonb_build_array(jsonb_build_object('number', {1}, 'started_at', {2}::timestamptz, 'ended_at', {3}::timestamptz,
                'outcome', {4}::text, 'code', {5}::text, 'detail', {6}::text))""",
            SQLDataType.JSONB, MESSAGES.ATTEMPTS, MESSAGES.ATTEMPT, DSL.param("started_at", SQLDataType.INSTANT),
            DSL.param("ended_at", SQLDataType.INSTANT), DSL.param("outcome", SQLDataType.CLOB), DSL.param("code", SQLDataType.CLOB),
            DSL.param("detail", SQLDataType.CLOB));
    private static final PreparedQuery<Row> FINISH = PreparedQuery.of(
            MessageStore.change()
                    .set(MESSAGES.STATE, param(MESSAGES.STATE))
                    .set(MESSAGES.NEXT_ATTEMPT_AT, param(MESSAGES.NEXT_ATTEMPT_AT))
                    .set(MESSAGES.LEASE_UNTIL, DSL.castNull(MESSAGES.LEASE_UNTIL))
                    .set(MESSAGES.ATTEMPTS, WITH_ATTEMPT)
                    .set(MESSAGES.PROVIDER_MESSAGE_ID, coalesce(param(MESSAGES.PROVIDER_MESSAGE_ID), MESSAGES.PROVIDER_MESSAGE_ID))
                    .set(MESSAGES.SENT_AT, param(MESSAGES.SENT_AT))
                    .set(MESSAGES.FINISHED_AT, param(MESSAGES.FINISHED_AT))
                    .where(BY_ID)
                    .returningResult(MessageStore.COLUMNS),
            MessageStore::row);
    private static final PreparedQuery<UUID> WAITING = PreparedQuery.ofValue(select(MESSAGES.ID)
            .from(MESSAGES)
            .where(MESSAGES.TRANSPORT_ID.eq(param(MESSAGES.TRANSPORT_ID)))
            .and(MESSAGES.STATE.in(inline("queued"), inline("held")))
            .and(MESSAGES.ID.gt(DSL.param("after", SQLDataType.UUID)))
            .orderBy(MESSAGES.ID)
            .limit(inline(BATCH_MAX)));
    private static final Condition TO_ERASE = MESSAGES.FINISHED_AT.isNotNull().and(MESSAGES.BODY_ERASED_AT.isNull());
    private static final PreparedUpdate ERASE = PreparedUpdate.of(MessageStore.change()
            .set(MESSAGES.SUBJECT, DSL.castNull(MESSAGES.SUBJECT))
            .set(MESSAGES.BODY, DSL.castNull(MESSAGES.BODY))
            .set(MESSAGES.BODY_ERASED_AT, Columns.now())
            .where(MESSAGES.ID.in(select(MESSAGES.ID)
                    .from(MESSAGES)
                    .where(TO_ERASE)
                    .and(MESSAGES.FINISHED_AT.le(DSL.param("until", SQLDataType.INSTANT)))
                    .orderBy(MESSAGES.FINISHED_AT)
                    .limit(inline(BATCH_MAX))
                    .forUpdate()
                    .skipLocked())));
    private static final PreparedQuery<Instant> OLDEST_TO_ERASE = PreparedQuery.ofValue(
            select(MESSAGES.FINISHED_AT).from(MESSAGES).where(TO_ERASE).orderBy(MESSAGES.FINISHED_AT).limit(inline(1)));
    private static final PreparedQuery<Instant> NOW = PreparedQuery.ofValue(select(Columns.now()));

    private final Preferences preferences = new Preferences();

    /** Locks a message and its transport until the transaction ends; null while another transaction has the message. */
    @Nullable Turn lock(Tx tx, UUID id) {
        var batch = new Batch();
        var state = batch.one(LOCK_STATE, id);
        var message = batch.one(GET, id);
        var transport = batch.one(LOCK_TRANSPORT, id);
        var mode = batch.one(MODE);
        var holdRules = preferences.rules(batch);
        var now = EffectiveDates.present(batch);
        batch.send(tx);
        var stored = state.get();
        return stored == null
                ? null
                : new Turn(Objects.requireNonNull(message.get()), stored, Objects.requireNonNull(transport.get()), !"live".equals(mode.get()), holdRules.get(),
                        now.get());
    }

    /** Moves the transport's next free place. */
    void takeSlot(Tx tx, UUID transportId, Instant nextSlotAt) {
        TAKE_SLOT.later(tx, nextSlotAt, transportId);
    }

    /** Stores the message's place within the rate. */
    void reserve(Tx tx, UUID id, Instant slotAt) {
        RESERVE.later(tx, slotAt, id);
    }

    /** Begins an attempt. */
    Row start(Tx tx, UUID id, @Nullable String recipient, Instant now, Instant leaseUntil) {
        return START.single(tx, leaseUntil, recipient, recipient == null ? null : EmailAddresses.folded(recipient), now, id);
    }

    /** Ends a message. @param why null if its {@code expires_at} has come */
    Row expire(Tx tx, UUID id, Instant at, @Nullable String why) {
        return EXPIRE.single(tx, why, at, id);
    }

    Row hold(Tx tx, UUID id, String reason, Instant until) {
        return HOLD.single(tx, reason, until, id);
    }

    Row suppress(Tx tx, UUID id, UUID suppressionId, Instant at) {
        return SUPPRESS.single(tx, suppressionId, at, id);
    }

    /** Locks a message for the result of an attempt; null if the result doesn't count any more. */
    @Nullable Ended lockAttempt(Tx tx, UUID id, int attempt) {
        var batch = new Batch();
        var row = batch.one(LOCK_ATTEMPT, id, attempt);
        var now = EffectiveDates.present(batch);
        batch.send(tx);
        var found = row.get();
        return found == null ? null : new Ended(found, now.get());
    }

    /**
     * Stores the result of an attempt.
     *
     * @param nextAttemptAt null if no further attempt follows
     */
    Row finish(Tx tx, UUID id, String state, @Nullable Instant nextAttemptAt, Instant startedAt, Instant endedAt, SendResult result) {
        return FINISH.single(tx,
                state, nextAttemptAt, startedAt, endedAt, result.outcome().value(), result.code(), result.detail(), result.providerMessageId(), state.equals("sent") ? endedAt : null,
                nextAttemptAt == null ? endedAt : null, id);
    }

    /** The next queued messages of a transport, by their ids. */
    List<UUID> waiting(Tx tx, UUID transportId, UUID after) {
        return WAITING.all(tx, transportId, after);
    }

    /** Erases subjects and bodies of messages that ended before an instant, and returns their number. */
    int erase(Tx tx, Instant until) {
        return ERASE.execute(tx, until);
    }

    /** The next instant at which something is to be erased; null if nothing waits. @param kept how long a body is kept */
    @Nullable Instant nextErasure(Tx tx, Duration kept) {
        var oldest = OLDEST_TO_ERASE.one(tx);
        return oldest == null ? null : oldest.plus(kept);
    }

    Instant now(Tx tx) {
        return NOW.single(tx);
    }
}
