package org.guildhall.billing.subscriptions;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.CONNECTIONS;
import static org.guildhall.schema.billing.Tables.DUNNING_CASES;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTIONS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderSubscription.Discount;
import org.guildhall.billing.events.ProviderSubscription;
import org.guildhall.billing.fetches.FetchColumnStore;
import org.guildhall.billing.fetches.FetchStatus;
import org.guildhall.billing.mirror.OverviewListStore;
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
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Subscriptions, as mirrored from payment providers. */
final class SubscriptionStore {

    /**
     * A subscription as stored.
     *
     * @param provider the provider of its connection
     * @param organizationId the organization of its account; null if the account isn't linked
     * @param suspendedAt the instant since which a dunning case has suspended its entitlements; null if none has
     * @param latestInvoiceId the newest of its mirrored invoices; null if there is none
     * @param position the place of the content in the provider's order; null for a stub
     */
    record Row(
            UUID id, UUID connectionId, String provider, String reference, @Nullable String providerStatus, String state, UUID accountId, @Nullable UUID organizationId,
            List<SubscriptionItem> items, String collection, @Nullable Instant startsAt, @Nullable Instant trialEndsAt, @Nullable Instant cancelAt,
            boolean cancelAtPeriodEnd, @Nullable Instant canceledAt, @Nullable Instant endedAt, @Nullable Instant pausedAt, @Nullable Instant resumesAt,
            @Nullable Instant suspendedAt, List<SubscriptionDiscount> discounts, @Nullable UUID latestInvoiceId, Map<String, String> metadata,
            @Nullable UUID unmappedTaskId, @Nullable UUID deliveryId, @Nullable Position position, @Nullable String apiVersion, Instant observedAt,
            Instant createdAt, Instant updatedAt, long version, FetchStatus fetch) {

        /** True in a state that no event leaves. */
        boolean hasEnded() {
            return state.equals("canceled") || state.equals("expired");
        }
    }

    /** A locked subscription. @param isNew true if this transaction has made it, as a stub */
    record Locked(Row row, boolean isNew) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable UUID connectionId, @Nullable UUID accountId, @Nullable UUID organizationId, @Nullable String state, @Nullable String reference,
            TimeWindow cancels, TimeWindow periodEnds, TimeWindow created) {}

    /** The most subscriptions of an organization or an account that count for its plans. */
    private static final int COUNTED_MAX = 200;

    private static final Field<String> PROVIDER = field(
            select(CONNECTIONS.PROVIDER).from(CONNECTIONS).where(CONNECTIONS.TENANT_ID.eq(SUBSCRIPTIONS.TENANT_ID)).and(CONNECTIONS.ID.eq(SUBSCRIPTIONS.CONNECTION_ID)))
            .as("provider");
    private static final Field<UUID> ORGANIZATION = field(
            select(ACCOUNTS.ORGANIZATION_ID).from(ACCOUNTS).where(ACCOUNTS.TENANT_ID.eq(SUBSCRIPTIONS.TENANT_ID)).and(ACCOUNTS.ID.eq(SUBSCRIPTIONS.ACCOUNT_ID)))
            .as("organization_id");
    private static final Field<String> FETCH = FetchColumnStore.of("subscription", SUBSCRIPTIONS.TENANT_ID, SUBSCRIPTIONS.CONNECTION_ID, SUBSCRIPTIONS.PROVIDER_REFERENCE);
    private static final Field<Instant> SUSPENDED_AT = field(
            select(min(DUNNING_CASES.SUSPENDED_AT))
                    .from(DUNNING_CASES)
                    .where(DUNNING_CASES.TENANT_ID.eq(SUBSCRIPTIONS.TENANT_ID))
                    .and(DUNNING_CASES.SUBSCRIPTION_ID.eq(SUBSCRIPTIONS.ID))
                    .and(DUNNING_CASES.STATE.eq(inline("suspended"))))
            .as("suspended_at");
    /** A draft isn't issued yet, so it is the newest. */
    private static final Field<UUID> LATEST_INVOICE = field(
            select(INVOICES.ID)
                    .from(INVOICES)
                    .where(INVOICES.TENANT_ID.eq(SUBSCRIPTIONS.TENANT_ID))
                    .and(INVOICES.CONNECTION_ID.eq(SUBSCRIPTIONS.CONNECTION_ID))
                    .and(INVOICES.SUBSCRIPTION_REFERENCE.eq(SUBSCRIPTIONS.PROVIDER_REFERENCE))
                    .and(INVOICES.STATE.ne(inline("deleted")))
                    .orderBy(INVOICES.ISSUED_AT.desc(), INVOICES.PROVIDER_REFERENCE.desc())
                    .limit(inline(1)))
            .as("latest_invoice_id");
    private static final Field<JSONB> COUPONS = DSL.field("""
                    (select jsonb_object_agg(m.provider_reference, m.id)
                    from billing.coupon_mappings m
                    where m.tenant_id = {0} and m.connection_id = {1}
                        and m.provider_reference = any (array(select d ->> 'coupon' from jsonb_array_elements({2}) d)))""",
                    SQLDataType.JSONB, SUBSCRIPTIONS.TENANT_ID, SUBSCRIPTIONS.CONNECTION_ID, SUBSCRIPTIONS.DISCOUNTS)
            .as("coupons");
    private static final List<Field<?>> COLUMNS = List.of(
            SUBSCRIPTIONS.ID, SUBSCRIPTIONS.CONNECTION_ID, PROVIDER, SUBSCRIPTIONS.PROVIDER_REFERENCE, SUBSCRIPTIONS.PROVIDER_STATUS, SUBSCRIPTIONS.STATE,
            SUBSCRIPTIONS.ACCOUNT_ID, ORGANIZATION, SUBSCRIPTIONS.ITEMS, SUBSCRIPTIONS.COLLECTION, SUBSCRIPTIONS.STARTS_AT, SUBSCRIPTIONS.TRIAL_ENDS_AT,
            SUBSCRIPTIONS.CANCEL_AT, SUBSCRIPTIONS.CANCEL_AT_PERIOD_END, SUBSCRIPTIONS.CANCELED_AT, SUBSCRIPTIONS.ENDED_AT, SUBSCRIPTIONS.PAUSED_AT,
            SUBSCRIPTIONS.RESUMES_AT, SUSPENDED_AT, SUBSCRIPTIONS.DISCOUNTS, COUPONS, LATEST_INVOICE, SUBSCRIPTIONS.METADATA,
            SUBSCRIPTIONS.UNMAPPED_TASK_ID, SUBSCRIPTIONS.DELIVERY_ID, SUBSCRIPTIONS.PROVIDER_EVENT_REFERENCE, SUBSCRIPTIONS.PROVIDER_AT,
            SUBSCRIPTIONS.MIRROR_RANK, SUBSCRIPTIONS.API_VERSION, SUBSCRIPTIONS.OBSERVED_AT, SUBSCRIPTIONS.CREATED_AT, SUBSCRIPTIONS.UPDATED_AT,
            SUBSCRIPTIONS.VERSION, FETCH);
    /** The subscriptions of an organization that haven't ended. */
    static final OverviewListStore<Row> RUNNING = OverviewListStore.of(
            SUBSCRIPTIONS, COLUMNS, new OverviewListStore.Keys(SUBSCRIPTIONS.ID, SUBSCRIPTIONS.ACCOUNT_ID, SUBSCRIPTIONS.CREATED_AT),
            SUBSCRIPTIONS.STATE.notIn(inline("canceled"), inline("expired"), inline("stub")), SubscriptionStore::row);
    private static final Condition BY_ID = SUBSCRIPTIONS.ID.eq(param(SUBSCRIPTIONS.ID));

    /** Locks the subscription, and makes it first if there is none. The update changes nothing: it makes the statement return the row. */
    private static final PreparedQuery<Row> LOCK_OR_STUB = PreparedQuery.of(
            insertInto(SUBSCRIPTIONS)
                    .set(Columns.assigned(SUBSCRIPTIONS.ID, SUBSCRIPTIONS.CONNECTION_ID, SUBSCRIPTIONS.PROVIDER_REFERENCE, SUBSCRIPTIONS.ACCOUNT_ID))
                    .set(SUBSCRIPTIONS.STATE, inline("stub"))
                    .onConflict(SUBSCRIPTIONS.TENANT_ID, SUBSCRIPTIONS.CONNECTION_ID, SUBSCRIPTIONS.PROVIDER_REFERENCE)
                    .doUpdate()
                    .set(SUBSCRIPTIONS.STATE, SUBSCRIPTIONS.STATE)
                    .returningResult(COLUMNS),
            SubscriptionStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(SUBSCRIPTIONS).where(BY_ID), SubscriptionStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.weighed(
            select(COLUMNS).from(SUBSCRIPTIONS).where(SUBSCRIPTIONS.ID.eq(DSL.any(Columns.params("ids", SQLDataType.UUID)))), SubscriptionStore::row);
    private static final PreparedQuery<Row> FIND = PreparedQuery.of(
            select(COLUMNS)
                    .from(SUBSCRIPTIONS)
                    .where(SUBSCRIPTIONS.CONNECTION_ID.eq(param(SUBSCRIPTIONS.CONNECTION_ID)))
                    .and(SUBSCRIPTIONS.PROVIDER_REFERENCE.eq(param(SUBSCRIPTIONS.PROVIDER_REFERENCE))),
            SubscriptionStore::row);
    private static final PreparedQuery<Row> APPLY = PreparedQuery.of(
            change()
                    .set(Columns.assigned(
                            SUBSCRIPTIONS.PROVIDER_STATUS, SUBSCRIPTIONS.STATE, SUBSCRIPTIONS.ITEMS, SUBSCRIPTIONS.COLLECTION, SUBSCRIPTIONS.STARTS_AT,
                            SUBSCRIPTIONS.TRIAL_ENDS_AT, SUBSCRIPTIONS.CANCEL_AT, SUBSCRIPTIONS.CANCEL_AT_PERIOD_END, SUBSCRIPTIONS.CANCELED_AT,
                            SUBSCRIPTIONS.ENDED_AT, SUBSCRIPTIONS.PAUSED_AT, SUBSCRIPTIONS.RESUMES_AT, SUBSCRIPTIONS.DISCOUNTS,
                            SUBSCRIPTIONS.PERIOD_ENDS_AT, SUBSCRIPTIONS.METADATA, SUBSCRIPTIONS.DELIVERY_ID, SUBSCRIPTIONS.PROVIDER_EVENT_REFERENCE,
                            SUBSCRIPTIONS.PROVIDER_AT, SUBSCRIPTIONS.MIRROR_RANK, SUBSCRIPTIONS.API_VERSION))
                    .set(SUBSCRIPTIONS.OBSERVED_AT, Columns.now())
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            SubscriptionStore::row);
    private static final PreparedUpdate SET_UNMAPPED_TASK = PreparedUpdate.of(DSL.update(SUBSCRIPTIONS)
            .set(SUBSCRIPTIONS.UNMAPPED_TASK_ID, param(SUBSCRIPTIONS.UNMAPPED_TASK_ID))
            .where(BY_ID));
    private static final PreparedQuery<Row> OF_ACCOUNT = PreparedQuery.of(
            select(COLUMNS)
                    .from(SUBSCRIPTIONS)
                    .where(SUBSCRIPTIONS.ACCOUNT_ID.eq(param(SUBSCRIPTIONS.ACCOUNT_ID)))
                    .orderBy(SUBSCRIPTIONS.CREATED_AT.desc(), SUBSCRIPTIONS.ID.desc())
                    .limit(inline(COUNTED_MAX)),
            SubscriptionStore::row);
    private static final PreparedQuery<Row> OF_ORGANIZATION = PreparedQuery.of(
            select(COLUMNS)
                    .from(SUBSCRIPTIONS)
                    .where(SUBSCRIPTIONS.ACCOUNT_ID.in(
                            select(ACCOUNTS.ID).from(ACCOUNTS).where(ACCOUNTS.ORGANIZATION_ID.eq(param(ACCOUNTS.ORGANIZATION_ID)))))
                    .orderBy(SUBSCRIPTIONS.CREATED_AT.desc(), SUBSCRIPTIONS.ID.desc())
                    .limit(inline(COUNTED_MAX)),
            SubscriptionStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", SUBSCRIPTIONS.CREATED_AT),
            SUBSCRIPTIONS.ID,
            by -> select(COLUMNS)
                    .from(SUBSCRIPTIONS)
                    .where(by.is(SUBSCRIPTIONS.CONNECTION_ID, Filter::connectionId))
                    .and(by.is(SUBSCRIPTIONS.ACCOUNT_ID, Filter::accountId))
                    .and(by.when(SQLDataType.UUID, Filter::organizationId, organization -> SUBSCRIPTIONS.ACCOUNT_ID.in(
                            select(ACCOUNTS.ID).from(ACCOUNTS).where(ACCOUNTS.ORGANIZATION_ID.eq(organization)))))
                    .and(by.oneOf(SUBSCRIPTIONS.STATE, Filter::state))
                    .and(by.is(SUBSCRIPTIONS.PROVIDER_REFERENCE, Filter::reference))
                    .and(by.within(SUBSCRIPTIONS.CANCEL_AT, Filter::cancels))
                    .and(by.within(SUBSCRIPTIONS.PERIOD_ENDS_AT, Filter::periodEnds))
                    .and(by.within(SUBSCRIPTIONS.CREATED_AT, Filter::created)),
            SubscriptionStore::row);

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(SUBSCRIPTIONS)
                .set(SUBSCRIPTIONS.UPDATED_AT, EffectiveDates.touched(SUBSCRIPTIONS.UPDATED_AT))
                .set(SUBSCRIPTIONS.VERSION, SUBSCRIPTIONS.VERSION.plus(inline(1L)));
    }

    /** Locks the subscription with a provider's id until the transaction ends; an unknown one is made as a stub. */
    Locked lockOrStub(Tx tx, UUID connectionId, String reference, UUID accountId) {
        var id = Ids.next();
        var row = LOCK_OR_STUB.single(tx, id, connectionId, reference, accountId);
        return new Locked(row, row.id().equals(id));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** The subscription with a provider's id; null if it is unknown. */
    @Nullable Row find(Tx tx, UUID connectionId, String reference) {
        return FIND.one(tx, connectionId, reference);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** The newest subscriptions of an account, ended ones included. */
    List<Row> ofAccount(Tx tx, UUID accountId) {
        return OF_ACCOUNT.all(tx, accountId);
    }

    /** The newest subscriptions of an organization's accounts, ended ones included. */
    List<Row> ofOrganization(Tx tx, UUID organizationId) {
        return OF_ORGANIZATION.all(tx, organizationId);
    }

    /** Replaces the content of a locked subscription. */
    Row apply(
            Tx tx, UUID id, ProviderSubscription facts, List<SubscriptionItem> items, List<Discount> discounts, @Nullable UUID deliveryId, Position position,
            @Nullable String apiVersion) {
        return APPLY.single(tx,
                facts.status(), facts.state(), JSONB.valueOf(SubscriptionItem.json(items)), facts.collection(), facts.startsAt(), facts.trialEndsAt(), facts.cancelAt(),
                facts.cancelAtPeriodEnd(), facts.canceledAt(), facts.endedAt(), facts.pausedAt(), facts.resumesAt(),
                JSONB.valueOf(SubscriptionDiscount.json(discounts)), SubscriptionItem.periodEndsAt(items), Columns.jsonb(facts.metadata()), deliveryId, position.eventReference(),
                position.at(), position.rank(), apiVersion, id);
    }

    /** Sets the task about prices that the catalog lacks; null for none. The version stays, since no answer shows it. */
    void setUnmappedTask(Tx tx, UUID id, @Nullable UUID taskId) {
        SET_UNMAPPED_TASK.later(tx, taskId, id);
    }

    private static Row row(RowReader cells) {
        var at = cells.get(SUBSCRIPTIONS.PROVIDER_AT);
        return new Row(
                cells.get(SUBSCRIPTIONS.ID), cells.get(SUBSCRIPTIONS.CONNECTION_ID), cells.get(PROVIDER), cells.get(SUBSCRIPTIONS.PROVIDER_REFERENCE),
                cells.get(SUBSCRIPTIONS.PROVIDER_STATUS), cells.get(SUBSCRIPTIONS.STATE), cells.get(SUBSCRIPTIONS.ACCOUNT_ID), cells.get(ORGANIZATION),
                SubscriptionItem.read(cells.get(SUBSCRIPTIONS.ITEMS).data()), cells.get(SUBSCRIPTIONS.COLLECTION), cells.get(SUBSCRIPTIONS.STARTS_AT),
                cells.get(SUBSCRIPTIONS.TRIAL_ENDS_AT), cells.get(SUBSCRIPTIONS.CANCEL_AT), cells.get(SUBSCRIPTIONS.CANCEL_AT_PERIOD_END),
                cells.get(SUBSCRIPTIONS.CANCELED_AT), cells.get(SUBSCRIPTIONS.ENDED_AT), cells.get(SUBSCRIPTIONS.PAUSED_AT), cells.get(SUBSCRIPTIONS.RESUMES_AT),
                cells.get(SUSPENDED_AT), SubscriptionDiscount.read(cells.get(SUBSCRIPTIONS.DISCOUNTS).data(), Columns.texts(cells.get(COUPONS))), cells.get(LATEST_INVOICE), Columns.texts(cells.get(SUBSCRIPTIONS.METADATA)),
                cells.get(SUBSCRIPTIONS.UNMAPPED_TASK_ID), cells.get(SUBSCRIPTIONS.DELIVERY_ID),
                at == null ? null : new Position(at, cells.get(SUBSCRIPTIONS.MIRROR_RANK), cells.get(SUBSCRIPTIONS.PROVIDER_EVENT_REFERENCE)),
                cells.get(SUBSCRIPTIONS.API_VERSION), cells.get(SUBSCRIPTIONS.OBSERVED_AT), cells.get(SUBSCRIPTIONS.CREATED_AT),
                cells.get(SUBSCRIPTIONS.UPDATED_AT), cells.get(SUBSCRIPTIONS.VERSION), FetchStatus.read(cells.get(FETCH)));
    }
}
