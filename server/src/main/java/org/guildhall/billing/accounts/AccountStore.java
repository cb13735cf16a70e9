package org.guildhall.billing.accounts;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderAccount;
import org.guildhall.billing.events.ProviderMandate;
import org.guildhall.billing.fetches.FetchColumnStore;
import org.guildhall.billing.fetches.FetchStatus;
import org.guildhall.billing.mirror.Position;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.EmailAddresses;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Accounts, as mirrored from payment providers. */
final class AccountStore {

    /**
     * An account as stored.
     *
     * @param linkedMetadata the metadata's reference to an organization that was looked at last; null if none was
     * @param position the place of the content in the provider's order; null for a stub
     */
    record Row(
            UUID id, UUID connectionId, String reference, @Nullable String providerStatus, String state, @Nullable UUID organizationId, String linkSource,
            @Nullable String linkedMetadata, @Nullable String name, @Nullable String email, @Nullable String phone, @Nullable String currency,
            @Nullable Long balanceMinor, Map<String, String> metadata, List<ProviderMandate> mandates, @Nullable UUID deliveryId, @Nullable Position position,
            @Nullable String apiVersion, Instant observedAt,
            Instant createdAt, Instant updatedAt, long version, FetchStatus fetch) {

        boolean isDeleted() {
            return state.equals("deleted");
        }
    }

    /** A locked account. @param isNew true if this transaction has made it, as a stub */
    record Locked(Row row, boolean isNew) {}

    /** The organization of an account. @param source metadata, operator or none */
    record Link(@Nullable UUID organizationId, String source, @Nullable String linkedMetadata) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable UUID connectionId, @Nullable UUID organizationId, @Nullable Boolean linked, @Nullable String state, @Nullable String email,
            @Nullable String reference, TimeWindow created) {

        @Nullable String emailKey() {
            return email == null ? null : EmailAddresses.folded(email);
        }
    }

    private static final Field<String> FETCH = FetchColumnStore.of("account", ACCOUNTS.TENANT_ID, ACCOUNTS.CONNECTION_ID, ACCOUNTS.PROVIDER_REFERENCE);
    private static final List<Field<?>> COLUMNS = List.of(
            ACCOUNTS.ID, ACCOUNTS.CONNECTION_ID, ACCOUNTS.PROVIDER_REFERENCE, ACCOUNTS.PROVIDER_STATUS, ACCOUNTS.STATE, ACCOUNTS.ORGANIZATION_ID,
            ACCOUNTS.LINK_SOURCE, ACCOUNTS.LINKED_METADATA, ACCOUNTS.NAME, ACCOUNTS.EMAIL, ACCOUNTS.PHONE, ACCOUNTS.CURRENCY, ACCOUNTS.BALANCE_MINOR,
            ACCOUNTS.METADATA, ACCOUNTS.MANDATES, ACCOUNTS.DELIVERY_ID, ACCOUNTS.PROVIDER_EVENT_REFERENCE, ACCOUNTS.PROVIDER_AT, ACCOUNTS.MIRROR_RANK, ACCOUNTS.API_VERSION,
            ACCOUNTS.OBSERVED_AT, ACCOUNTS.CREATED_AT, ACCOUNTS.UPDATED_AT, ACCOUNTS.VERSION, FETCH);
    private static final Condition BY_ID = ACCOUNTS.ID.eq(param(ACCOUNTS.ID));

    /** Locks the account, and makes it first if there is none. The update changes nothing: it makes the statement return the row. */
    private static final PreparedQuery<Row> LOCK_OR_STUB = PreparedQuery.of(
            insertInto(ACCOUNTS)
                    .set(Columns.assigned(ACCOUNTS.ID, ACCOUNTS.CONNECTION_ID, ACCOUNTS.PROVIDER_REFERENCE))
                    .set(ACCOUNTS.STATE, inline("stub"))
                    .onConflict(ACCOUNTS.TENANT_ID, ACCOUNTS.CONNECTION_ID, ACCOUNTS.PROVIDER_REFERENCE)
                    .doUpdate()
                    .set(ACCOUNTS.STATE, ACCOUNTS.STATE)
                    .returningResult(COLUMNS),
            AccountStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(ACCOUNTS).where(BY_ID), AccountStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.weighed(
            select(COLUMNS).from(ACCOUNTS).where(ACCOUNTS.ID.eq(DSL.any(Columns.params("ids", SQLDataType.UUID)))), AccountStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(ACCOUNTS).where(BY_ID).forNoKeyUpdate(), AccountStore::row);
    private static final PreparedQuery<Row> APPLY = PreparedQuery.of(
            change()
                    .set(Columns.assigned(
                            ACCOUNTS.STATE, ACCOUNTS.ORGANIZATION_ID, ACCOUNTS.LINK_SOURCE, ACCOUNTS.LINKED_METADATA, ACCOUNTS.NAME, ACCOUNTS.EMAIL,
                            ACCOUNTS.EMAIL_KEY, ACCOUNTS.PHONE, ACCOUNTS.CURRENCY, ACCOUNTS.BALANCE_MINOR, ACCOUNTS.METADATA, ACCOUNTS.DELIVERY_ID,
                            ACCOUNTS.PROVIDER_EVENT_REFERENCE, ACCOUNTS.PROVIDER_AT, ACCOUNTS.MIRROR_RANK, ACCOUNTS.API_VERSION))
                    .set(ACCOUNTS.OBSERVED_AT, Columns.now())
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            AccountStore::row);
    private static final PreparedQuery<Row> LINK = PreparedQuery.of(
            change()
                    .set(Columns.assigned(ACCOUNTS.ORGANIZATION_ID, ACCOUNTS.LINK_SOURCE, ACCOUNTS.LINKED_METADATA))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            AccountStore::row);
    private static final PreparedQuery<Row> PAYING = PreparedQuery.of(
            select(COLUMNS)
                    .from(ACCOUNTS)
                    .where(ACCOUNTS.ORGANIZATION_ID.eq(param(ACCOUNTS.ORGANIZATION_ID)))
                    .and(ACCOUNTS.CONNECTION_ID.eq(param(ACCOUNTS.CONNECTION_ID)))
                    .and(ACCOUNTS.STATE.eq(inline("active")))
                    .orderBy(ACCOUNTS.CREATED_AT.desc(), ACCOUNTS.ID.desc())
                    .limit(inline(1)),
            AccountStore::row);
    private static final PreparedQuery<Row> SET_MANDATES = PreparedQuery.of(
            change().set(ACCOUNTS.MANDATES, param(ACCOUNTS.MANDATES)).where(BY_ID).returningResult(COLUMNS), AccountStore::row);
    private static final JsonReader<List<ProviderMandate>> MANDATES = JsonReader.ofList(ProviderMandate.class);
    private static final PreparedQuery<Row> NAMING_AFTER = PreparedQuery.of(
            select(COLUMNS)
                    .from(ACCOUNTS)
                    .where(ACCOUNTS.ORGANIZATION_ID.isNull())
                    .and(hasMetadata(AccountRules.ORGANIZATION_ID).or(hasMetadata(AccountRules.ORGANIZATION_EXTERNAL_ID)))
                    .and(ACCOUNTS.ID.gt(param(ACCOUNTS.ID)))
                    .orderBy(ACCOUNTS.ID)
                    .limit(DSL.param("most", SQLDataType.INTEGER)),
            AccountStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", ACCOUNTS.CREATED_AT),
            ACCOUNTS.ID,
            by -> select(COLUMNS)
                    .from(ACCOUNTS)
                    .where(by.is(ACCOUNTS.CONNECTION_ID, Filter::connectionId))
                    .and(by.is(ACCOUNTS.ORGANIZATION_ID, Filter::organizationId))
                    .and(by.choice(Filter::linked, AccountStore::linked))
                    .and(by.oneOf(ACCOUNTS.STATE, Filter::state))
                    .and(by.is(ACCOUNTS.EMAIL_KEY, Filter::emailKey))
                    .and(by.is(ACCOUNTS.PROVIDER_REFERENCE, Filter::reference))
                    .and(by.within(ACCOUNTS.CREATED_AT, Filter::created)),
            AccountStore::row);

    private static Condition hasMetadata(String name) {
        return DSL.condition("jsonb_exists({0}, {1})", ACCOUNTS.METADATA, inline(name));
    }

    private static Condition linked(@Nullable Boolean wanted) {
        return wanted == null ? DSL.noCondition() : wanted ? ACCOUNTS.ORGANIZATION_ID.isNotNull() : ACCOUNTS.ORGANIZATION_ID.isNull();
    }

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(ACCOUNTS)
                .set(ACCOUNTS.UPDATED_AT, EffectiveDates.touched(ACCOUNTS.UPDATED_AT))
                .set(ACCOUNTS.VERSION, ACCOUNTS.VERSION.plus(inline(1L)));
    }

    /** Locks the account with a provider's id until the transaction ends; an unknown one is made as a stub. */
    Locked lockOrStub(Tx tx, UUID connectionId, String reference) {
        var id = Ids.next();
        var row = LOCK_OR_STUB.single(tx, id, connectionId, reference);
        return new Locked(row, row.id().equals(id));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** Locks the account until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** The newest active account of an organization at a connection; null if there is none. */
    @Nullable Row paying(Tx tx, UUID organizationId, UUID connectionId) {
        return PAYING.one(tx, organizationId, connectionId);
    }

    /** The next accounts without a link whose metadata names an organization, by their ids. */
    List<Row> namingAfter(Tx tx, UUID after, int most) {
        return NAMING_AFTER.all(tx, after, most);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Replaces the content of a locked account. */
    Row apply(Tx tx, UUID id, ProviderAccount facts, Link link, @Nullable UUID deliveryId, Position position, @Nullable String apiVersion) {
        return APPLY.single(tx,
                facts.deleted() ? "deleted" : "active", link.organizationId(), link.source(), link.linkedMetadata(), facts.name(), facts.email(),
                facts.email() == null ? null : EmailAddresses.folded(facts.email()), facts.phone(), facts.currency(), facts.balanceMinor(), Columns.jsonb(facts.metadata()),
                deliveryId, position.eventReference(), position.at(), position.rank(), apiVersion, id);
    }

    Row link(Tx tx, UUID id, Link link) {
        return LINK.single(tx, link.organizationId(), link.source(), link.linkedMetadata(), id);
    }

    /** Replaces the mandates of a locked account. */
    Row setMandates(Tx tx, UUID id, List<ProviderMandate> mandates) {
        return SET_MANDATES.single(tx, Columns.rows(mandates.stream().map(mandate -> JsonRows.row(
                "kind", mandate.kind(), "reference", mandate.reference(), "account_reference", mandate.accountReference(), "status", mandate.status(), "state", mandate.state(),
                "brand", mandate.brand(), "last4", mandate.last4(), "issued_at", mandate.issuedAt())).toList()), id);
    }

    private static Row row(RowReader cells) {
        var at = cells.get(ACCOUNTS.PROVIDER_AT);
        return new Row(
                cells.get(ACCOUNTS.ID), cells.get(ACCOUNTS.CONNECTION_ID), cells.get(ACCOUNTS.PROVIDER_REFERENCE), cells.get(ACCOUNTS.PROVIDER_STATUS),
                cells.get(ACCOUNTS.STATE), cells.get(ACCOUNTS.ORGANIZATION_ID), cells.get(ACCOUNTS.LINK_SOURCE), cells.get(ACCOUNTS.LINKED_METADATA),
                cells.get(ACCOUNTS.NAME), cells.get(ACCOUNTS.EMAIL), cells.get(ACCOUNTS.PHONE), cells.get(ACCOUNTS.CURRENCY),
                cells.get(ACCOUNTS.BALANCE_MINOR), Columns.texts(cells.get(ACCOUNTS.METADATA)), MANDATES.read(cells.get(ACCOUNTS.MANDATES)), cells.get(ACCOUNTS.DELIVERY_ID),
                at == null ? null : new Position(at, cells.get(ACCOUNTS.MIRROR_RANK), cells.get(ACCOUNTS.PROVIDER_EVENT_REFERENCE)),
                cells.get(ACCOUNTS.API_VERSION), cells.get(ACCOUNTS.OBSERVED_AT), cells.get(ACCOUNTS.CREATED_AT), cells.get(ACCOUNTS.UPDATED_AT),
                cells.get(ACCOUNTS.VERSION), FetchStatus.read(cells.get(FETCH)));
    }
}
