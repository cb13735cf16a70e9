package org.guildhall.runtime.people;

import static org.guildhall.schema.runtime.Tables.INVITATIONS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.EmailAddresses;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Invitations. A caller that creates, renews or accepts one locks its organization first, as does the archiving of an organization. */
public final class InvitationStore {

    /** An invitation as stored, without the HMAC of its token. {@code state} is {@code expired} once its end has come. */
    record Row(
            UUID id, @Nullable String externalId, UUID organizationId, String email, String role, String state, Instant expiresAt,
            @Nullable Instant acceptedAt, @Nullable UUID personId, @Nullable UUID membershipId, @Nullable Instant revokedAt,
            Instant createdAt, Instant updatedAt, long version) {}

    /** An invitation to insert. */
    record New(UUID organizationId, @Nullable String externalId, String email, String role, byte[] tokenHmac, int expiresInSeconds) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, UUID organizationId, @Nullable String email, @Nullable String state,
            TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", INVITATIONS.CREATED_AT);
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

    Row insert(Tx tx, New invitation) {
        return tx.sql()
                .insertInto(INVITATIONS)
                .set(INVITATIONS.ORGANIZATION_ID, invitation.organizationId())
                .set(INVITATIONS.EXTERNAL_ID, invitation.externalId())
                .set(INVITATIONS.EMAIL, invitation.email())
                .set(INVITATIONS.EMAIL_KEY, EmailAddresses.key(invitation.email()))
                .set(INVITATIONS.ROLE, invitation.role())
                .set(INVITATIONS.TOKEN_HMAC, invitation.tokenHmac())
                .set(INVITATIONS.EXPIRES_AT, expiry(invitation.expiresInSeconds()))
                .returningResult(COLUMNS)
                .fetchSingle(InvitationStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(INVITATIONS).where(INVITATIONS.ID.eq(id)).fetchOne(InvitationStore::row);
    }

    /** The invitation with this token, found by any of its HMACs. */
    @Nullable Row getByToken(Tx tx, Collection<byte[]> hmacs) {
        return tx.sql().select(COLUMNS).from(INVITATIONS).where(INVITATIONS.TOKEN_HMAC.in(hmacs)).fetchOne(InvitationStore::row);
    }

    /** Locks the invitation until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(INVITATIONS).where(INVITATIONS.ID.eq(id)).forNoKeyUpdate().fetchOne(InvitationStore::row);
    }

    /** Locks the pending invitations of an organization until the transaction ends, oldest first. */
    List<Row> lockPending(Tx tx, UUID organizationId) {
        return tx.sql()
                .select(COLUMNS)
                .from(INVITATIONS)
                .where(INVITATIONS.ORGANIZATION_ID.eq(organizationId))
                .and(PENDING)
                .orderBy(INVITATIONS.CREATED_AT, INVITATIONS.ID)
                .forNoKeyUpdate()
                .fetch(InvitationStore::row);
    }

    /** The number of pending invitations of an organization. */
    int countPending(Tx tx, UUID organizationId) {
        return tx.sql().fetchCount(INVITATIONS, INVITATIONS.ORGANIZATION_ID.eq(organizationId).and(PENDING));
    }

    /** The pending invitation of an organization to an address; null if there is none. */
    @Nullable UUID pendingTo(Tx tx, UUID organizationId, String email) {
        return tx.sql()
                .select(INVITATIONS.ID)
                .from(INVITATIONS)
                .where(INVITATIONS.ORGANIZATION_ID.eq(organizationId))
                .and(INVITATIONS.EMAIL_FOLDED.eq(EmailAddresses.folded(email)))
                .and(PENDING)
                .orderBy(INVITATIONS.CREATED_AT, INVITATIONS.ID)
                .limit(1)
                .fetchOne(INVITATIONS.ID);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(INVITATIONS)
                .where(INVITATIONS.ORGANIZATION_ID.eq(filter.organizationId()))
                .and(Filters.is(INVITATIONS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(INVITATIONS.EMAIL_FOLDED, filter.email() == null ? null : EmailAddresses.folded(filter.email())))
                .and(filter.state() == null ? noCondition() : STATE.eq(filter.state()))
                .and(Filters.within(INVITATIONS.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, INVITATIONS.ID, InvitationStore::row);
    }

    /** Replaces the token and the expiry. The previous token is invalid from now on. */
    Row renew(Tx tx, UUID id, byte[] tokenHmac, int expiresInSeconds) {
        return tx.sql()
                .update(INVITATIONS)
                .set(INVITATIONS.TOKEN_HMAC, tokenHmac)
                .set(INVITATIONS.EXPIRES_AT, expiry(expiresInSeconds))
                .set(INVITATIONS.UPDATED_AT, Columns.now())
                .set(INVITATIONS.VERSION, INVITATIONS.VERSION.plus(1))
                .where(INVITATIONS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(InvitationStore::row);
    }

    private static Field<Instant> expiry(int expiresInSeconds) {
        return field("{0} + {1} * interval '1 second'", SQLDataType.INSTANT, Columns.now(), val(expiresInSeconds));
    }

    /** Replaces the external id. */
    Row setExternalId(Tx tx, UUID id, @Nullable String externalId) {
        return tx.sql()
                .update(INVITATIONS)
                .set(INVITATIONS.EXTERNAL_ID, externalId)
                .set(INVITATIONS.UPDATED_AT, Columns.now())
                .set(INVITATIONS.VERSION, INVITATIONS.VERSION.plus(1))
                .where(INVITATIONS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(InvitationStore::row);
    }

    Row accept(Tx tx, UUID id, UUID personId, UUID membershipId, Instant at) {
        return tx.sql()
                .update(INVITATIONS)
                .set(INVITATIONS.ACCEPTED_AT, at)
                .set(INVITATIONS.PERSON_ID, personId)
                .set(INVITATIONS.MEMBERSHIP_ID, membershipId)
                .set(INVITATIONS.UPDATED_AT, at)
                .set(INVITATIONS.VERSION, INVITATIONS.VERSION.plus(1))
                .where(INVITATIONS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(InvitationStore::row);
    }

    /** Revokes invitations, and returns them in no order. */
    List<Row> revoke(Tx tx, Collection<UUID> ids) {
        return tx.sql()
                .update(INVITATIONS)
                .set(INVITATIONS.REVOKED_AT, Columns.now())
                .set(INVITATIONS.UPDATED_AT, Columns.now())
                .set(INVITATIONS.VERSION, INVITATIONS.VERSION.plus(1))
                .where(INVITATIONS.ID.eq(any(Columns.array(ids, UUID.class))))
                .returningResult(COLUMNS)
                .fetch(InvitationStore::row);
    }

    private static Row row(Record record) {
        return new Row(
                record.get(INVITATIONS.ID), record.get(INVITATIONS.EXTERNAL_ID), record.get(INVITATIONS.ORGANIZATION_ID),
                record.get(INVITATIONS.EMAIL), record.get(INVITATIONS.ROLE), record.get(STATE_NOW), record.get(INVITATIONS.EXPIRES_AT),
                record.get(INVITATIONS.ACCEPTED_AT), record.get(INVITATIONS.PERSON_ID), record.get(INVITATIONS.MEMBERSHIP_ID),
                record.get(INVITATIONS.REVOKED_AT), record.get(INVITATIONS.CREATED_AT), record.get(INVITATIONS.UPDATED_AT),
                record.get(INVITATIONS.VERSION));
    }
}
