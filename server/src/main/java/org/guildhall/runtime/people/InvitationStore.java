package org.guildhall.runtime.people;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.runtime.Tables.INVITATIONS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.EmailAddresses;
import org.guildhall.core.sql.Batch;
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
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Invitations. A caller that creates, renews or accepts one locks its organization first, as does the archiving of an organization. */
public final class InvitationStore {

    /** An invitation as stored, without the HMAC of its token. {@code state} is {@code expired} once its end has come. */
    record Row(
            UUID id, @Nullable String externalId, UUID organizationId, String email, String role, String state, Instant expiresAt,
            @Nullable Instant acceptedAt, @Nullable UUID personId, @Nullable UUID membershipId, @Nullable Instant revokedAt,
            Instant createdAt, Instant updatedAt, long version) {

        private Row accepted(UUID byPersonId, UUID asMembershipId, Instant now) {
            return new Row(
                    id, externalId, organizationId, email, role, "accepted", expiresAt, now, byPersonId, asMembershipId, null, createdAt, now, version + 1);
        }

        private Row renewed(Instant end, Instant now) {
            return new Row(id, externalId, organizationId, email, role, "pending", end, null, null, null, null, createdAt, now, version + 1);
        }

        private Row revoked(Instant now) {
            return new Row(id, externalId, organizationId, email, role, "revoked", expiresAt, null, null, null, now, createdAt, now, version + 1);
        }

        private Row with(@Nullable String newExternalId, Instant now) {
            return new Row(id, newExternalId, organizationId, email, role, state, expiresAt, acceptedAt, personId, membershipId, revokedAt, createdAt, now,
                    version + 1);
        }
    }

    /** An invitation to insert. */
    record New(UUID organizationId, @Nullable String externalId, String email, String role, byte[] tokenHmac, int expiresInSeconds) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, UUID organizationId, @Nullable String email, @Nullable String state,
            TimeWindow created) {}

    /** By the clock of the statement, so that an invitation can expire while the transaction waits for its lock. */
    private static final Field<String> STATE = when(INVITATIONS.ACCEPTED_AT.isNotNull(), inline("accepted"))
            .when(INVITATIONS.REVOKED_AT.isNotNull(), inline("revoked"))
            .when(INVITATIONS.EXPIRES_AT.le(EffectiveDates.present()), inline("expired"))
            .otherwise(inline("pending"));
    private static final Field<String> STATE_NOW = STATE.as("state_now");
    private static final Condition PENDING =
            INVITATIONS.ACCEPTED_AT.isNull().and(INVITATIONS.REVOKED_AT.isNull()).and(INVITATIONS.EXPIRES_AT.gt(EffectiveDates.present()));
    private static final List<Field<?>> COLUMNS = List.of(
            INVITATIONS.ID, INVITATIONS.EXTERNAL_ID, INVITATIONS.ORGANIZATION_ID, INVITATIONS.EMAIL, INVITATIONS.ROLE, STATE_NOW,
            INVITATIONS.EXPIRES_AT, INVITATIONS.ACCEPTED_AT, INVITATIONS.PERSON_ID, INVITATIONS.MEMBERSHIP_ID, INVITATIONS.REVOKED_AT,
            INVITATIONS.CREATED_AT, INVITATIONS.UPDATED_AT, INVITATIONS.VERSION);

    private static final Condition BY_ID = INVITATIONS.ID.eq(param(INVITATIONS.ID));
    private static final Condition OF_ORGANIZATION = INVITATIONS.ORGANIZATION_ID.eq(param(INVITATIONS.ORGANIZATION_ID));

    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(INVITATIONS)
            .set(INVITATIONS.ID, param(INVITATIONS.ID))
            .set(INVITATIONS.ORGANIZATION_ID, param(INVITATIONS.ORGANIZATION_ID))
            .set(INVITATIONS.EXTERNAL_ID, param(INVITATIONS.EXTERNAL_ID))
            .set(INVITATIONS.EMAIL, param(INVITATIONS.EMAIL))
            .set(INVITATIONS.EMAIL_KEY, param(INVITATIONS.EMAIL_KEY))
            .set(INVITATIONS.ROLE, param(INVITATIONS.ROLE))
            .set(INVITATIONS.TOKEN_HMAC, param(INVITATIONS.TOKEN_HMAC))
            .set(INVITATIONS.EXPIRES_AT, param(INVITATIONS.EXPIRES_AT)));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(INVITATIONS).where(BY_ID), InvitationStore::row);
    private static final PreparedQuery<Row> GET_BY_TOKEN = PreparedQuery.of(
            select(COLUMNS).from(INVITATIONS).where(INVITATIONS.TOKEN_HMAC.eq(any(params("hmacs", INVITATIONS.TOKEN_HMAC.getDataType())))), InvitationStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(INVITATIONS).where(BY_ID).forNoKeyUpdate(), InvitationStore::row);
    private static final PreparedQuery<Row> LOCK_PENDING = PreparedQuery.of(
            select(COLUMNS)
                    .from(INVITATIONS)
                    .where(OF_ORGANIZATION)
                    .and(PENDING)
                    .orderBy(INVITATIONS.CREATED_AT, INVITATIONS.ID)
                    .forNoKeyUpdate(),
            InvitationStore::row);
    private static final PreparedQuery<Integer> COUNT_PENDING =
            PreparedQuery.ofValue(selectCount().from(INVITATIONS).where(OF_ORGANIZATION).and(PENDING));
    private static final PreparedQuery<UUID> PENDING_TO = PreparedQuery.ofValue(select(INVITATIONS.ID)
            .from(INVITATIONS)
            .where(OF_ORGANIZATION)
            .and(INVITATIONS.EMAIL_FOLDED.eq(param(INVITATIONS.EMAIL_FOLDED)))
            .and(PENDING)
            .orderBy(INVITATIONS.CREATED_AT, INVITATIONS.ID)
            .limit(inline(1)));
    private static final PreparedUpdate RENEW = PreparedUpdate.of(DSL.update(INVITATIONS)
            .set(INVITATIONS.TOKEN_HMAC, param(INVITATIONS.TOKEN_HMAC))
            .set(INVITATIONS.EXPIRES_AT, param(INVITATIONS.EXPIRES_AT))
            .set(INVITATIONS.UPDATED_AT, Columns.now())
            .set(INVITATIONS.VERSION, INVITATIONS.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final PreparedUpdate SET_EXTERNAL_ID = PreparedUpdate.of(DSL.update(INVITATIONS)
            .set(INVITATIONS.EXTERNAL_ID, param(INVITATIONS.EXTERNAL_ID))
            .set(INVITATIONS.UPDATED_AT, Columns.now())
            .set(INVITATIONS.VERSION, INVITATIONS.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final PreparedUpdate ACCEPT = PreparedUpdate.of(DSL.update(INVITATIONS)
            .set(INVITATIONS.ACCEPTED_AT, param(INVITATIONS.ACCEPTED_AT))
            .set(INVITATIONS.PERSON_ID, param(INVITATIONS.PERSON_ID))
            .set(INVITATIONS.MEMBERSHIP_ID, param(INVITATIONS.MEMBERSHIP_ID))
            .set(INVITATIONS.UPDATED_AT, param(INVITATIONS.ACCEPTED_AT))
            .set(INVITATIONS.VERSION, INVITATIONS.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final PreparedUpdate REVOKE = PreparedUpdate.of(DSL.update(INVITATIONS)
            .set(INVITATIONS.REVOKED_AT, Columns.now())
            .set(INVITATIONS.UPDATED_AT, Columns.now())
            .set(INVITATIONS.VERSION, INVITATIONS.VERSION.plus(inline(1)))
            .where(INVITATIONS.ID.eq(any(params("ids", SQLDataType.UUID)))));

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", INVITATIONS.CREATED_AT),
            INVITATIONS.ID,
            by -> select(COLUMNS)
                    .from(INVITATIONS)
                    .where(by.is(INVITATIONS.ORGANIZATION_ID, Filter::organizationId))
                    .and(by.is(INVITATIONS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(INVITATIONS.EMAIL_FOLDED, filter -> filter.email() == null ? null : EmailAddresses.folded(filter.email())))
                    .and(by.is(STATE, Filter::state))
                    .and(by.within(INVITATIONS.CREATED_AT, Filter::created)),
            InvitationStore::row);

    /** Inserts a pending invitation at {@code now}, the time of the transaction. */
    Row insert(Tx tx, New invitation, Instant now) {
        var row = new Row(
                Ids.next(), invitation.externalId(), invitation.organizationId(), invitation.email(), invitation.role(), "pending",
                now.plusSeconds(invitation.expiresInSeconds()), null, null, null, null, now, now, 1);
        INSERT.later(tx, row.id(), row.organizationId(), row.externalId(), row.email(), EmailAddresses.key(row.email()), row.role(),
                invitation.tokenHmac(), row.expiresAt());
        return row;
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** The invitation with this token, found by any of its HMACs. */
    @Nullable Row getByToken(Tx tx, Collection<byte[]> hmacs) {
        return GET_BY_TOKEN.one(tx, hmacs.stream().map(hmac -> "\\x" + HexFormat.of().formatHex(hmac)).toList());
    }

    /** Locks the invitation until the transaction ends. */
    @Nullable Locked<Row> lock(Tx tx, UUID id) {
        var batch = new Batch();
        var locked = lock(batch, id);
        batch.send(tx);
        return locked.get();
    }

    /** Locks the invitation in the same way, together with other statements. */
    Supplier<@Nullable Locked<Row>> lock(Batch batch, UUID id) {
        return Locked.in(batch, batch.one(LOCK, id));
    }

    /** Locks the pending invitations of an organization until the transaction ends, oldest first. */
    List<Row> lockPending(Tx tx, UUID organizationId) {
        return LOCK_PENDING.all(tx, organizationId);
    }

    /** Adds the count of the pending invitations of an organization. */
    Supplier<Integer> countPending(Batch batch, UUID organizationId) {
        return batch.single(COUNT_PENDING, organizationId);
    }

    /** Adds the search for the pending invitation of an organization to an address; null if there is none. */
    Supplier<@Nullable UUID> pendingTo(Batch batch, UUID organizationId, String email) {
        return batch.one(PENDING_TO, organizationId, EmailAddresses.folded(email));
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Replaces the token and the expiry. The previous token is invalid from now on. */
    Row renew(Tx tx, Locked<Row> before, byte[] tokenHmac, int expiresInSeconds) {
        var after = before.row().renewed(before.now().plusSeconds(expiresInSeconds), before.now());
        RENEW.later(tx, tokenHmac, after.expiresAt(), after.id());
        return after;
    }

    /** Replaces the external id. */
    Row setExternalId(Tx tx, Locked<Row> before, @Nullable String externalId) {
        SET_EXTERNAL_ID.later(tx, externalId, before.row().id());
        return before.row().with(externalId, before.now());
    }

    /** Accepts a pending invitation that the caller has locked. */
    Row accept(Tx tx, Row pending, UUID personId, UUID membershipId, Instant at) {
        ACCEPT.later(tx, at, personId, membershipId, pending.id());
        return pending.accepted(personId, membershipId, at);
    }

    /** Revokes pending invitations that the caller has locked, and returns them in the given order. */
    List<Row> revoke(Tx tx, List<Row> pending, Instant now) {
        REVOKE.later(tx, pending.stream().map(Row::id).toList());
        return pending.stream().map(row -> row.revoked(now)).toList();
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(INVITATIONS.ID), cells.get(INVITATIONS.EXTERNAL_ID), cells.get(INVITATIONS.ORGANIZATION_ID),
                cells.get(INVITATIONS.EMAIL), cells.get(INVITATIONS.ROLE), cells.get(STATE_NOW), cells.get(INVITATIONS.EXPIRES_AT),
                cells.get(INVITATIONS.ACCEPTED_AT), cells.get(INVITATIONS.PERSON_ID), cells.get(INVITATIONS.MEMBERSHIP_ID),
                cells.get(INVITATIONS.REVOKED_AT), cells.get(INVITATIONS.CREATED_AT), cells.get(INVITATIONS.UPDATED_AT),
                cells.get(INVITATIONS.VERSION));
    }
}
