package org.guildhall.providers.domains;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.providers.Tables.DOMAINS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.when;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.outbound.TlsProbe.Certificate;
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
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Domains. The looks at them change neither their version nor {@code updated_at}, unless the state changes. */
final class DomainStore {

    /**
     * A domain as stored.
     *
     * @param seenAt the time at which the row was read, by the database's clock
     */
    record Row(
            UUID id, String name, Values values, String token, @Nullable Instant verifiedAt, boolean recordSeen, String dns, List<String> dnsSeen,
            @Nullable Certificate certificate, DomainRules.Standing standing, @Nullable Instant lastCheckedAt, DomainLook.@Nullable Error lastError,
            @Nullable Instant nextCheckAt, @Nullable Instant removedAt, Instant createdAt, Instant updatedAt, long version, Instant seenAt) {}

    /** The members that a caller sets. */
    record Values(
            @Nullable String externalId, @Nullable UUID organizationId, String purpose, String expectedTarget, @Nullable String failoverTarget,
            @Nullable UUID signalId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String state, @Nullable UUID organizationId, @Nullable String name, TimeWindow expires) {}

    /** The domains for which a look was made due. @param last the last of them; null if there were none */
    record Marked(int number, @Nullable UUID last) {}

    private static final Field<Instant> NOW = Columns.now().as("now");
    private static final List<Field<?>> COLUMNS = List.of(
            DOMAINS.ID, DOMAINS.NAME, DOMAINS.EXTERNAL_ID, DOMAINS.ORGANIZATION_ID, DOMAINS.PURPOSE, DOMAINS.EXPECTED_TARGET, DOMAINS.FAILOVER_TARGET,
            DOMAINS.SIGNAL_ID, DOMAINS.VERIFICATION_TOKEN, DOMAINS.VERIFIED_AT, DOMAINS.RECORD_SEEN, DOMAINS.DNS_STATE, DOMAINS.DNS_SEEN, DOMAINS.CERTIFICATE_ISSUER,
            DOMAINS.CERTIFICATE_NOT_AFTER, DOMAINS.CERTIFICATE_TRUSTED, DOMAINS.CERTIFICATE_MATCHES, DOMAINS.STATE, DOMAINS.CONSECUTIVE_FAILURES,
            DOMAINS.LAST_CHECKED_AT, DOMAINS.LAST_ERROR_CODE, DOMAINS.LAST_ERROR_DETAIL, DOMAINS.NEXT_CHECK_AT, DOMAINS.REMOVED_AT, DOMAINS.CREATED_AT,
            DOMAINS.UPDATED_AT, DOMAINS.VERSION, NOW);
    private static final Condition BY_ID = DOMAINS.ID.eq(param(DOMAINS.ID));
    /** A look that is lost with its node is due again then. */
    private static final Field<Instant> AFTER_LOOK = field("{0} + interval '2 minutes'", SQLDataType.INSTANT, Columns.now());
    private static final Map<Field<?>, Field<?>> SETTABLE = Columns.assigned(
            DOMAINS.EXTERNAL_ID, DOMAINS.ORGANIZATION_ID, DOMAINS.PURPOSE, DOMAINS.EXPECTED_TARGET, DOMAINS.FAILOVER_TARGET,
            DOMAINS.SIGNAL_ID);

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(DOMAINS).where(BY_ID), DomainStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(DOMAINS).where(BY_ID).forUpdate(), DomainStore::row);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(DOMAINS)
                    .set(DOMAINS.ID, param(DOMAINS.ID))
                    .set(DOMAINS.NAME, param(DOMAINS.NAME))
                    .set(SETTABLE)
                    .returningResult(COLUMNS),
            DomainStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            change().set(SETTABLE).set(DOMAINS.NEXT_CHECK_AT, Columns.now()).where(BY_ID).returningResult(COLUMNS), DomainStore::row);
    private static final PreparedQuery<Row> CHECK = PreparedQuery.of(
            change().set(DOMAINS.NEXT_CHECK_AT, Columns.now()).where(BY_ID).returningResult(COLUMNS), DomainStore::row);
    private static final PreparedQuery<Row> REMOVE = PreparedQuery.of(
            change()
                    .set(DOMAINS.STATE, inline("removed"))
                    .set(DOMAINS.REMOVED_AT, EffectiveDates.present())
                    .set(DOMAINS.NEXT_CHECK_AT, inline(null, DOMAINS.NEXT_CHECK_AT))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            DomainStore::row);
    private static final PreparedQuery<Row> CLAIM = PreparedQuery.of(
            DSL.update(DOMAINS)
                    .set(DOMAINS.NEXT_CHECK_AT, AFTER_LOOK)
                    .where(DOMAINS.ID.in(select(DOMAINS.ID)
                            .from(DOMAINS)
                            .where(DOMAINS.NEXT_CHECK_AT.le(Columns.now()))
                            .orderBy(DOMAINS.NEXT_CHECK_AT)
                            .limit(DSL.param("most", SQLDataType.INTEGER))
                            .forUpdate()
                            .skipLocked()))
                    .returningResult(COLUMNS),
            DomainStore::row);
    private static final PreparedQuery<Instant> NEXT = PreparedQuery.ofValue(
            select(min(DOMAINS.NEXT_CHECK_AT)).from(DOMAINS).where(DOMAINS.NEXT_CHECK_AT.isNotNull()));
    /** The next domains by id, with the last of them. */
    private static final PreparedQuery<Marked> MARK = PreparedQuery.of(
            DSL.with(name("due")).as(select(DOMAINS.ID)
                    .from(DOMAINS)
                    .where(DOMAINS.STATE.ne(inline("removed")))
                    .and(DOMAINS.ID.gt(param(DOMAINS.ID)))
                    .orderBy(DOMAINS.ID)
                    .limit(DSL.param("most", SQLDataType.INTEGER)))
                    .with(name("marked")).as(DSL.update(DOMAINS)
                            .set(DOMAINS.NEXT_CHECK_AT, Columns.now())
                            .where(DOMAINS.ID.in(select(field(name("due", "id"), SQLDataType.UUID)).from(name("due"))))
                            .returningResult(DOMAINS.ID))
                    .select(count().as("number"), field("max(id::text)::uuid", SQLDataType.UUID).as("last"))
                    .from(name("marked")),
            List.of(field(name("number"), SQLDataType.INTEGER), field(name("last"), SQLDataType.UUID)),
            cells -> new Marked(cells.get(field(name("number"), SQLDataType.INTEGER)), cells.get(field(name("last"), SQLDataType.UUID))));

    private static final PreparedQuery<Integer> ANY = PreparedQuery.ofValue(
            selectOne().from(DOMAINS).where(DOMAINS.STATE.ne(inline("removed"))).limit(inline(1)));

    private static final Field<String> STATE = param(DOMAINS.STATE);
    private static final PreparedQuery<Row> RECORD = PreparedQuery.of(
            DSL.update(DOMAINS)
                    .set(DOMAINS.RECORD_SEEN, param(DOMAINS.RECORD_SEEN))
                    .set(DOMAINS.VERIFIED_AT, when(param(DOMAINS.RECORD_SEEN), coalesce(DOMAINS.VERIFIED_AT, EffectiveDates.present()))
                            .otherwise(DOMAINS.VERIFIED_AT))
                    .set(DOMAINS.DNS_STATE, param(DOMAINS.DNS_STATE))
                    .set(DOMAINS.DNS_SEEN, param(DOMAINS.DNS_SEEN))
                    .set(DOMAINS.CERTIFICATE_ISSUER, param(DOMAINS.CERTIFICATE_ISSUER))
                    .set(DOMAINS.CERTIFICATE_NOT_AFTER, param(DOMAINS.CERTIFICATE_NOT_AFTER))
                    .set(DOMAINS.CERTIFICATE_TRUSTED, param(DOMAINS.CERTIFICATE_TRUSTED))
                    .set(DOMAINS.CERTIFICATE_MATCHES, param(DOMAINS.CERTIFICATE_MATCHES))
                    .set(DOMAINS.UPDATED_AT, when(STATE.ne(DOMAINS.STATE), EffectiveDates.touched(DOMAINS.UPDATED_AT)).otherwise(DOMAINS.UPDATED_AT))
                    .set(DOMAINS.VERSION, when(STATE.ne(DOMAINS.STATE), DOMAINS.VERSION.plus(inline(1))).otherwise(DOMAINS.VERSION))
                    .set(DOMAINS.STATE, STATE)
                    .set(DOMAINS.CONSECUTIVE_FAILURES, param(DOMAINS.CONSECUTIVE_FAILURES))
                    .set(DOMAINS.LAST_CHECKED_AT, EffectiveDates.present())
                    .set(DOMAINS.LAST_ERROR_CODE, param(DOMAINS.LAST_ERROR_CODE))
                    .set(DOMAINS.LAST_ERROR_DETAIL, param(DOMAINS.LAST_ERROR_DETAIL))
                    .set(DOMAINS.NEXT_CHECK_AT, inline(null, DOMAINS.NEXT_CHECK_AT))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            DomainStore::row);
    private static final PreparedUpdate RECORD_ERROR = PreparedUpdate.of(DSL.update(DOMAINS)
            .set(DOMAINS.LAST_ERROR_CODE, param(DOMAINS.LAST_ERROR_CODE))
            .set(DOMAINS.LAST_ERROR_DETAIL, param(DOMAINS.LAST_ERROR_DETAIL))
            .set(DOMAINS.NEXT_CHECK_AT, inline(null, DOMAINS.NEXT_CHECK_AT))
            .where(BY_ID)
            .and(DOMAINS.NEXT_CHECK_AT.eq(DSL.param("claimed", SQLDataType.INSTANT))));

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", DOMAINS.CREATED_AT),
            DOMAINS.ID,
            by -> select(COLUMNS)
                    .from(DOMAINS)
                    .where(by.is(DOMAINS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(DOMAINS.STATE, Filter::state))
                    .and(by.is(DOMAINS.ORGANIZATION_ID, Filter::organizationId))
                    .and(by.is(DOMAINS.NAME, Filter::name))
                    .and(by.within(DOMAINS.CERTIFICATE_NOT_AFTER, Filter::expires)),
            DomainStore::row);

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(DOMAINS)
                .set(DOMAINS.UPDATED_AT, EffectiveDates.touched(DOMAINS.UPDATED_AT))
                .set(DOMAINS.VERSION, DOMAINS.VERSION.plus(inline(1)));
    }

    /** Inserts a pending domain that is due at once. */
    Row insert(Tx tx, String name, Values values) {
        return INSERT.single(tx, Ids.next(), name, values.externalId(), values.organizationId(), values.purpose(), values.expectedTarget(),
                values.failoverTarget(), values.signalId());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the domain until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Changes the domain and makes a look due. */
    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx, values.externalId(), values.organizationId(), values.purpose(), values.expectedTarget(), values.failoverTarget(),
                values.signalId(), id);
    }

    /** Makes a look due. */
    Row check(Tx tx, UUID id) {
        return CHECK.single(tx, id);
    }

    Row remove(Tx tx, UUID id) {
        return REMOVE.single(tx, id);
    }

    /** Claims domains with a due look, the longest due first. */
    List<Row> claim(Tx tx, int most) {
        return CLAIM.all(tx, most);
    }

    /** The instant of the next due look; null if none is. */
    @Nullable Instant next(Tx tx) {
        return NEXT.one(tx);
    }

    /** True if the tenant has a domain that wasn't removed. */
    boolean any(Tx tx) {
        return ANY.exists(tx);
    }

    /** Makes looks due for the next domains after an id. */
    Marked markDue(Tx tx, UUID after, int most) {
        return MARK.single(tx, after, most);
    }

    /** Records a look at a locked domain. */
    Row record(Tx tx, UUID id, DomainRules.Standing standing, DomainLook look) {
        var certificate = look.certificate();
        return RECORD.single(tx, look.recordSeen(), look.dns(), look.seen().toArray(String[]::new), certificate == null ? null : certificate.issuer(),
                certificate == null ? null : certificate.notAfter(), certificate == null ? null : certificate.trusted(),
                certificate == null ? null : certificate.matches(), standing.state(), standing.failures(), look.error() == null ? null : look.error().code(),
                look.error() == null ? null : look.error().detail(), id);
    }

    /** Records that a look found nothing out, unless the domain was changed since it was claimed. */
    void recordError(Tx tx, Row claimed, DomainLook.Error error) {
        RECORD_ERROR.execute(tx, error.code(), error.detail(), claimed.id(), claimed.nextCheckAt());
    }

    private static Row row(RowReader cells) {
        var issuer = cells.get(DOMAINS.CERTIFICATE_ISSUER);
        var certificate = issuer == null ? null : new Certificate(issuer, cells.get(DOMAINS.CERTIFICATE_NOT_AFTER),
                cells.get(DOMAINS.CERTIFICATE_TRUSTED), cells.get(DOMAINS.CERTIFICATE_MATCHES));
        var code = cells.get(DOMAINS.LAST_ERROR_CODE);
        return new Row(
                cells.get(DOMAINS.ID), cells.get(DOMAINS.NAME),
                new Values(cells.get(DOMAINS.EXTERNAL_ID), cells.get(DOMAINS.ORGANIZATION_ID), cells.get(DOMAINS.PURPOSE),
                        cells.get(DOMAINS.EXPECTED_TARGET), cells.get(DOMAINS.FAILOVER_TARGET), cells.get(DOMAINS.SIGNAL_ID)),
                cells.get(DOMAINS.VERIFICATION_TOKEN), cells.get(DOMAINS.VERIFIED_AT), cells.get(DOMAINS.RECORD_SEEN), cells.get(DOMAINS.DNS_STATE),
                List.of(cells.get(DOMAINS.DNS_SEEN)), certificate,
                new DomainRules.Standing(cells.get(DOMAINS.STATE), cells.get(DOMAINS.CONSECUTIVE_FAILURES)), cells.get(DOMAINS.LAST_CHECKED_AT),
                code == null ? null : new DomainLook.Error(code, cells.get(DOMAINS.LAST_ERROR_DETAIL)), cells.get(DOMAINS.NEXT_CHECK_AT),
                cells.get(DOMAINS.REMOVED_AT), cells.get(DOMAINS.CREATED_AT), cells.get(DOMAINS.UPDATED_AT), cells.get(DOMAINS.VERSION),
                cells.get(NOW));
    }
}
