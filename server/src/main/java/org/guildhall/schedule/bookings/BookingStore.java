package org.guildhall.schedule.bookings;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.schedule.Tables.BOOKINGS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectDistinct;

import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.classes.AllowanceUse;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Records;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Bookings. Reads show what is due at the instant of the statement as done; {@link #settle} writes it. Every change has the session locked.
 */
final class BookingStore {

    /** A new booking. @param place null if it isn't on the waitlist */
    record New(
            UUID id, @Nullable String externalId, UUID sessionId, UUID personId, @Nullable UUID partyId, @Nullable UUID bookedByPersonId,
            @Nullable UUID organizationId, @Nullable UUID consumerId, String state, @Nullable Long place, @Nullable Instant heldUntil, @Nullable Instant bookedAt,
            @Nullable AllowanceUse hold, String reference, byte[] codeHmac, @Nullable String note, Instant startsAt, Instant endsAt, Instant now) {}

    /** The booking of a person in a session. */
    record Existing(UUID personId, UUID id) {}

    /** What a change of a booking locks first. */
    record Locks(UUID id, UUID sessionId, @Nullable UUID organizationId) {}

    /**
     * The numbers of a session, without the changes that are due and not written.
     *
     * @param firstPlace below the numbers of its waitlist
     * @param lastPlace the largest number of its waitlist, 0 if there was none
     * @param nextDue the next instant at which something is due; null if nothing will be
     */
    record Counts(int taken, int waiting, long firstPlace, long lastPlace, @Nullable Instant nextDue) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID sessionId, @Nullable UUID personId, @Nullable UUID partyId, @Nullable UUID organizationId,
            @Nullable String state, TimeWindow starts) {}

    private static final Field<Instant> NOW = DSL.param("now", SQLDataType.INSTANT);
    private static final List<Field<?>> COLUMNS = BookingColumnStore.COLUMNS;
    private static final Condition BY_ID = BOOKINGS.ID.eq(param(BOOKINGS.ID));
    private static final Condition OF_SESSION = BOOKINGS.SESSION_ID.eq(param(BOOKINGS.SESSION_ID));
    private static final Condition UNFINISHED = BOOKINGS.STATE.in(BookingRules.UNFINISHED.stream().map(DSL::inline).toList());
    private static final Condition DUE = BookingColumnStore.dueAt(NOW).isNotNull();

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(BOOKINGS).where(BY_ID), BookingColumnStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.of(
            select(COLUMNS).from(BOOKINGS).where(BOOKINGS.ID.eq(any(params("ids", SQLDataType.UUID)))), BookingColumnStore::row);
    private static final PreparedQuery<Locks> LOCKS = PreparedQuery.mapped(
            select(BOOKINGS.ID, BOOKINGS.SESSION_ID, BOOKINGS.ORGANIZATION_ID).from(BOOKINGS).where(BY_ID), Records.mapping(Locks::new));
    private static final PreparedQuery<Locks> NEXT_OF_PERSON = PreparedQuery.mapped(
            select(BOOKINGS.ID, BOOKINGS.SESSION_ID, BOOKINGS.ORGANIZATION_ID)
                    .from(BOOKINGS)
                    .where(BOOKINGS.PERSON_ID.eq(param(BOOKINGS.PERSON_ID)))
                    .and(UNFINISHED)
                    .and(BOOKINGS.STARTS_AT.gt(Columns.now()))
                    .orderBy(BOOKINGS.STARTS_AT, BOOKINGS.ID)
                    .limit(inline(1)),
            Records.mapping(Locks::new));
    private static final PreparedQuery<UUID> ORGANIZATIONS = PreparedQuery.ofValue(
            selectDistinct(BOOKINGS.ORGANIZATION_ID).from(BOOKINGS).where(OF_SESSION.and(UNFINISHED)).and(BOOKINGS.HOLD_QUANTITY.isNotNull()));
    private static final PreparedQuery<Row> STORED = stored(BY_ID);
    private static final PreparedQuery<Row> UNFINISHED_OF_SESSION = stored(OF_SESSION.and(UNFINISHED));
    private static final PreparedQuery<Row> DUE_OF_SESSION = stored(OF_SESSION.and(UNFINISHED).and(DUE));
    private static final PreparedQuery<Row> SETTLE = PreparedQuery.of(
            DSL.update(BOOKINGS)
                    .set(BOOKINGS.STATE, BookingColumnStore.stateAt(NOW))
                    .set(BOOKINGS.HOLD_RESOURCE_KEY, BookingColumnStore.unlessEnded(BOOKINGS.HOLD_RESOURCE_KEY, BookingColumnStore.dueAt(NOW)))
                    .set(BOOKINGS.HOLD_QUANTITY, BookingColumnStore.unlessEnded(BOOKINGS.HOLD_QUANTITY, BookingColumnStore.dueAt(NOW)))
                    .set(BOOKINGS.UPDATED_AT, BookingColumnStore.dueAt(NOW))
                    .set(BOOKINGS.VERSION, BOOKINGS.VERSION.plus(inline(1)))
                    .where(OF_SESSION.and(UNFINISHED).and(DUE))
                    .returningResult(COLUMNS),
            BookingColumnStore::row);
    private static final PreparedQuery<Row> WAITING = PreparedQuery.of(
            select(BookingColumnStore.WAITLIST)
                    .from(BOOKINGS)
                    .where(OF_SESSION)
                    .and(BOOKINGS.STATE.eq(inline("waitlisted")))
                    .orderBy(BOOKINGS.PLACE_ORDER, BOOKINGS.ID),
            COLUMNS, BookingColumnStore::row);
    private static final Field<Integer> TAKEN = field("""
            (count(*) filter (where {0} in ('held', 'booked', 'offered', 'attended', 'no_show')))::integer""", SQLDataType.INTEGER, BOOKINGS.STATE);
    private static final Field<Integer> WAITING_COUNT = field(
            "(count(*) filter (where {0} = 'waitlisted'))::integer", SQLDataType.INTEGER, BOOKINGS.STATE);
    private static final Field<Long> FIRST_PLACE = field("least(coalesce(min({0}), 1), 1)", SQLDataType.BIGINT, BOOKINGS.PLACE);
    private static final Field<Long> LAST_PLACE = field("greatest(coalesce(max({0}), 0), 0)", SQLDataType.BIGINT, BOOKINGS.PLACE);
    private static final Field<Instant> NEXT = DSL.min(BookingColumnStore.DUE_LATER).as("next_due");
    private static final PreparedQuery<Counts> COUNTS = PreparedQuery.of(
            select(TAKEN, WAITING_COUNT, FIRST_PLACE, LAST_PLACE, NEXT).from(BOOKINGS).where(OF_SESSION),
            List.of(TAKEN, WAITING_COUNT, FIRST_PLACE, LAST_PLACE, NEXT),
            cells -> new Counts(cells.get(TAKEN), cells.get(WAITING_COUNT), cells.get(FIRST_PLACE), cells.get(LAST_PLACE), cells.get(NEXT)));
    private static final PreparedQuery<Existing> EXISTING = PreparedQuery.mapped(
            select(BOOKINGS.PERSON_ID, BOOKINGS.ID)
                    .from(BOOKINGS)
                    .where(OF_SESSION)
                    .and(BOOKINGS.PERSON_ID.eq(any(params("persons", SQLDataType.UUID))))
                    .and(BOOKINGS.STATE.in(inline("held"), inline("booked"), inline("waitlisted"), inline("offered"), inline("attended"), inline("no_show"))),
            Records.mapping(Existing::new));
    private static final PreparedQuery<UUID> OF_SESSION_BY_ID = ofSession(BY_ID);
    private static final PreparedQuery<UUID> OF_SESSION_BY_REFERENCE = ofSession(BOOKINGS.REFERENCE.eq(param(BOOKINGS.REFERENCE)));
    private static final PreparedQuery<UUID> OF_SESSION_BY_CODE = ofSession(
            BOOKINGS.CODE_HMAC.eq(any(params("hmacs", BOOKINGS.CODE_HMAC.getDataType()))));
    private static final PreparedQuery<Row> FIND = PreparedQuery.of(
            select(COLUMNS)
                    .from(BOOKINGS)
                    .where(BOOKINGS.REFERENCE.eq(param(BOOKINGS.REFERENCE)))
                    .and(BOOKINGS.CODE_HMAC.eq(any(params("hmacs", BOOKINGS.CODE_HMAC.getDataType())))),
            BookingColumnStore::row);
    private static final PreparedQuery<UUID> INSERT = PreparedQuery.ofValue(
            insertInto(BOOKINGS)
                    .set(Columns.assigned(
                            BOOKINGS.ID, BOOKINGS.EXTERNAL_ID, BOOKINGS.SESSION_ID, BOOKINGS.PERSON_ID, BOOKINGS.PARTY_ID, BOOKINGS.BOOKED_BY_PERSON_ID,
                            BOOKINGS.ORGANIZATION_ID, BOOKINGS.CONSUMER_ID, BOOKINGS.STATE, BOOKINGS.PLACE, BOOKINGS.HELD_UNTIL, BOOKINGS.BOOKED_AT,
                            BOOKINGS.HOLD_RESOURCE_KEY, BOOKINGS.HOLD_QUANTITY, BOOKINGS.REFERENCE, BOOKINGS.CODE_HMAC, BOOKINGS.NOTE, BOOKINGS.STARTS_AT, BOOKINGS.ENDS_AT))
                    .set(BOOKINGS.CREATED_AT, NOW)
                    .set(BOOKINGS.UPDATED_AT, NOW)
                    .onConflict(BOOKINGS.TENANT_ID, BOOKINGS.REFERENCE)
                    .doNothing()
                    .returningResult(BOOKINGS.ID));
    private static final PreparedQuery<UUID> UPDATE = PreparedQuery.ofValue(
            DSL.update(BOOKINGS)
                    .set(Columns.assigned(
                            BOOKINGS.STATE, BOOKINGS.PLACE, BOOKINGS.OFFERED_UNTIL, BOOKINGS.BOOKED_AT, BOOKINGS.PROMOTED_AT, BOOKINGS.CANCELED_AT,
                            BOOKINGS.CHECKED_IN_AT, BOOKINGS.PASSED_OVER_TIMES, BOOKINGS.PASSED_OVER_REASON,
                            BOOKINGS.HOLD_RESOURCE_KEY, BOOKINGS.HOLD_QUANTITY))
                    .set(BOOKINGS.UPDATED_AT, NOW)
                    .set(BOOKINGS.VERSION, BOOKINGS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(BOOKINGS.ID));
    private static final PreparedQuery<Instant> NEXT_DUE = PreparedQuery.ofValue(
            select(DSL.min(BookingColumnStore.DUE_LATER)).from(BOOKINGS).where(OF_SESSION.and(UNFINISHED)));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("starts_at", BOOKINGS.STARTS_AT, "created_at", BOOKINGS.CREATED_AT, "place", BOOKINGS.PLACE_ORDER),
            BOOKINGS.ID,
            by -> select(COLUMNS)
                    .select(BOOKINGS.PLACE_ORDER)
                    .from(BOOKINGS)
                    .where(by.is(BOOKINGS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(BOOKINGS.SESSION_ID, Filter::sessionId))
                    .and(by.is(BOOKINGS.PERSON_ID, Filter::personId))
                    .and(by.is(BOOKINGS.PARTY_ID, Filter::partyId))
                    .and(by.is(BOOKINGS.ORGANIZATION_ID, Filter::organizationId))
                    .and(by.choice(Filter::state, BookingColumnStore::inState))
                    .and(by.within(BOOKINGS.STARTS_AT, Filter::starts)),
            BookingColumnStore::row);

    /** Rows as they are stored, without what is due. */
    private static PreparedQuery<Row> stored(Condition which) {
        return PreparedQuery.of(
                select(BookingColumnStore.STORED).from(BOOKINGS).where(which).orderBy(BOOKINGS.ID), COLUMNS, BookingColumnStore::row);
    }

    private static PreparedQuery<UUID> ofSession(Condition which) {
        return PreparedQuery.ofValue(select(BOOKINGS.ID).from(BOOKINGS).where(OF_SESSION).and(which));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** The bookings by their ids. */
    Map<UUID, Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids).stream().collect(Collectors.toMap(Row::id, Function.identity()));
    }

    @Nullable Locks locks(Tx tx, UUID id) {
        return LOCKS.one(tx, id);
    }

    /** The first booking of a person in the sessions to come that isn't finished; null if there is none. */
    @Nullable Locks nextOf(Tx tx, UUID personId) {
        return NEXT_OF_PERSON.one(tx, personId);
    }

    /** The organizations whose allowance is used by the bookings of a session that aren't finished. */
    List<UUID> organizations(Tx tx, UUID sessionId) {
        return ORGANIZATIONS.all(tx, sessionId);
    }

    /** The row as it is stored. */
    @Nullable Row stored(Tx tx, UUID id) {
        return STORED.one(tx, id);
    }

    List<Row> unfinished(Tx tx, UUID sessionId) {
        return UNFINISHED_OF_SESSION.all(tx, sessionId);
    }

    /** The rows of a session of which something is due. */
    List<Row> due(Tx tx, UUID sessionId, Instant now) {
        return DUE_OF_SESSION.all(tx, sessionId, now);
    }

    /** Writes what is due in a session. */
    List<Row> settle(Tx tx, UUID sessionId, Instant now) {
        return SETTLE.all(tx, now, sessionId);
    }

    /** Adds the read of a session's numbers. */
    Supplier<Counts> counts(Batch batch, UUID sessionId) {
        return batch.single(COUNTS, sessionId);
    }

    /** The waitlist in its order. */
    List<Row> waiting(Tx tx, UUID sessionId) {
        return WAITING.all(tx, sessionId);
    }

    /** Adds the read of the bookings of persons in a session that aren't canceled. */
    Supplier<List<Existing>> existing(Batch batch, UUID sessionId, Collection<UUID> personIds) {
        return batch.all(EXISTING, sessionId, personIds);
    }

    @Nullable Row find(Tx tx, String reference, Collection<byte[]> hmacs) {
        return FIND.one(tx, reference, hex(hmacs));
    }

    /** The booking if it is one of a session; null otherwise. */
    @Nullable UUID ofSession(Tx tx, UUID sessionId, UUID id) {
        return OF_SESSION_BY_ID.one(tx, sessionId, id);
    }

    /** The booking of a session with a reference; null if there is none. */
    @Nullable UUID ofSession(Tx tx, UUID sessionId, String reference) {
        return OF_SESSION_BY_REFERENCE.one(tx, sessionId, reference);
    }

    /** The booking of a session with a code. @param hmacs the possible HMACs of the code */
    @Nullable UUID ofSession(Tx tx, UUID sessionId, Collection<byte[]> hmacs) {
        return OF_SESSION_BY_CODE.one(tx, sessionId, hex(hmacs));
    }

    private static List<String> hex(Collection<byte[]> hmacs) {
        return hmacs.stream().map(hmac -> "\\x" + HexFormat.of().formatHex(hmac)).toList();
    }

    /** Inserts a booking. @return null if its reference is taken */
    @Nullable Row insert(Tx tx, New booking) {
        var hold = booking.hold();
        var batch = new Batch();
        batch.one(
                INSERT, booking.id(), booking.externalId(), booking.sessionId(), booking.personId(), booking.partyId(), booking.bookedByPersonId(), booking.organizationId(),
                booking.consumerId(), booking.state(), booking.place(), booking.heldUntil(), booking.bookedAt(), hold == null ? null : hold.resourceKey(),
                hold == null ? null : hold.quantity(), booking.reference(), booking.codeHmac(), booking.note(), booking.startsAt(), booking.endsAt(),
                booking.now());
        var row = batch.one(GET, booking.id());
        batch.send(tx);
        return row.get();
    }

    /** Stores the members of a booking that change with its state. */
    Row save(Tx tx, Row changed, Instant now) {
        var hold = changed.hold();
        var batch = new Batch();
        batch.one(
                UPDATE, changed.state(), changed.place(), changed.offeredUntil(), changed.bookedAt(), changed.promotedAt(), changed.canceledAt(),
                changed.checkedInAt(), changed.passedOverTimes(), changed.passedOverReason(), hold == null ? null : hold.resourceKey(),
                hold == null ? null : hold.quantity(), now, changed.id());
        var row = batch.single(GET, changed.id());
        batch.send(tx);
        return row.get();
    }

    /** The next instant at which something is due in a session; null if nothing will be. */
    @Nullable Instant nextDue(Tx tx, UUID sessionId) {
        return NEXT_DUE.one(tx, sessionId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }
}
