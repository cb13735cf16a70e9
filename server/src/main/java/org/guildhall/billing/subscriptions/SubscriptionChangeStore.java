package org.guildhall.billing.subscriptions;

import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTIONS;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTION_CHANGES;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.subscriptions.SubscriptionDifference.Change;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Changes of subscriptions. They are never changed themselves. */
final class SubscriptionChangeStore {

    /** A change as stored. */
    record Row(UUID id, UUID subscriptionId, Change change, @Nullable UUID deliveryId, Instant providerAt, Instant observedAt) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable UUID subscriptionId, @Nullable UUID organizationId, @Nullable String kind, TimeWindow provider) {}

    private static final List<Field<?>> COLUMNS = List.of(
            SUBSCRIPTION_CHANGES.ID, SUBSCRIPTION_CHANGES.SUBSCRIPTION_ID, SUBSCRIPTION_CHANGES.KIND, SUBSCRIPTION_CHANGES.ITEM_ID,
            SUBSCRIPTION_CHANGES.BEFORE, SUBSCRIPTION_CHANGES.AFTER, SUBSCRIPTION_CHANGES.DELIVERY_ID, SUBSCRIPTION_CHANGES.PROVIDER_AT,
            SUBSCRIPTION_CHANGES.OBSERVED_AT);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(SUBSCRIPTION_CHANGES).set(Columns.assigned(
            SUBSCRIPTION_CHANGES.ID, SUBSCRIPTION_CHANGES.SUBSCRIPTION_ID, SUBSCRIPTION_CHANGES.KIND, SUBSCRIPTION_CHANGES.ITEM_ID,
            SUBSCRIPTION_CHANGES.BEFORE, SUBSCRIPTION_CHANGES.AFTER, SUBSCRIPTION_CHANGES.DELIVERY_ID, SUBSCRIPTION_CHANGES.PROVIDER_AT)));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("observed_at", SUBSCRIPTION_CHANGES.OBSERVED_AT),
            SUBSCRIPTION_CHANGES.ID,
            by -> select(COLUMNS)
                    .from(SUBSCRIPTION_CHANGES)
                    .where(by.is(SUBSCRIPTION_CHANGES.SUBSCRIPTION_ID, Filter::subscriptionId))
                    .and(by.when(SQLDataType.UUID, Filter::organizationId, SubscriptionChangeStore::ofOrganization))
                    .and(by.oneOf(SUBSCRIPTION_CHANGES.KIND, Filter::kind))
                    .and(by.within(SUBSCRIPTION_CHANGES.PROVIDER_AT, Filter::provider)),
            SubscriptionChangeStore::row);

    private static Condition ofOrganization(Field<UUID> organizationId) {
        return SUBSCRIPTION_CHANGES.SUBSCRIPTION_ID.in(select(SUBSCRIPTIONS.ID)
                .from(SUBSCRIPTIONS)
                .where(SUBSCRIPTIONS.ACCOUNT_ID.in(select(ACCOUNTS.ID).from(ACCOUNTS).where(ACCOUNTS.ORGANIZATION_ID.eq(organizationId)))));
    }

    /** Adds changes, with the transaction's next statement. */
    void insert(Tx tx, UUID subscriptionId, List<Change> changes, @Nullable UUID deliveryId, Instant providerAt) {
        changes.forEach(change -> INSERT.later(
                tx, Ids.next(), subscriptionId, change.kind(), change.itemId(), change.before(), change.after(), deliveryId, providerAt));
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(SUBSCRIPTION_CHANGES.ID), cells.get(SUBSCRIPTION_CHANGES.SUBSCRIPTION_ID),
                new Change(
                        cells.get(SUBSCRIPTION_CHANGES.KIND), cells.get(SUBSCRIPTION_CHANGES.ITEM_ID), cells.get(SUBSCRIPTION_CHANGES.BEFORE),
                        cells.get(SUBSCRIPTION_CHANGES.AFTER)),
                cells.get(SUBSCRIPTION_CHANGES.DELIVERY_ID), cells.get(SUBSCRIPTION_CHANGES.PROVIDER_AT), cells.get(SUBSCRIPTION_CHANGES.OBSERVED_AT));
    }
}
