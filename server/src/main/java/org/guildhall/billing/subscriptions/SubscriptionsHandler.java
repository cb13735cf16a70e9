package org.guildhall.billing.subscriptions;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.SubscriptionChangesApi;
import org.guildhall.api.billing.SubscriptionsApi;
import org.guildhall.api.model.ListAllSubscriptionChangesQuery;
import org.guildhall.api.model.ListSubscriptionChangesQuery;
import org.guildhall.api.model.ListSubscriptionsQuery;
import org.guildhall.api.model.Subscription;
import org.guildhall.api.model.SubscriptionChange;
import org.guildhall.api.model.SubscriptionId;
import org.guildhall.billing.subscriptions.SubscriptionStore.Filter;
import org.guildhall.billing.subscriptions.SubscriptionStore.Row;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Subscriptions and their changes: {@code /billing/subscriptions}. Their content comes from the providers alone. */
final class SubscriptionsHandler {

    private final SubscriptionStore subscriptions;
    private final SubscriptionChangeStore changes = new SubscriptionChangeStore();
    private final Catalog catalog;

    SubscriptionsHandler(SubscriptionStore subscriptions, Catalog catalog) {
        this.subscriptions = subscriptions;
        this.catalog = catalog;
    }

    void bind(Api api) {
        new Reads().bind(api.routes());
        new Changes().bind(api.routes());
        api.expansions().offer("subscription", "sub", (tx, ids) -> {
            var rows = subscriptions.getAll(tx, ids);
            var mapping = mapping(tx, rows);
            return rows.stream()
                    .map(row -> SubscriptionViews.toApi(row, mapping))
                    .collect(Collectors.toMap(subscription -> subscription.id().toString(), Function.identity()));
        });
    }

    private CatalogMapping mapping(Tx tx, List<Row> rows) {
        return CatalogMapping.read(tx, catalog, rows.stream().map(row -> new CatalogMapping.Provided(row.provider(), row.items())).toList());
    }

    private final class Reads implements SubscriptionsApi<Call> {

        @Override
        public Reply<Page<Subscription>> listSubscriptions(Call call, ListSubscriptionsQuery query) {
            var filter = new Filter(
                    query.connectionId() == null ? null : query.connectionId().value(), query.accountId() == null ? null : query.accountId().value(),
                    query.organizationId() == null ? null : query.organizationId().value(), query.state() == null ? null : query.state().value(),
                    query.providerReference(), new TimeWindow(query.cancelsAfter(), query.cancelsFrom(), query.cancelsBefore()),
                    new TimeWindow(query.periodEndsAfter(), query.periodEndsFrom(), query.periodEndsBefore()),
                    new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
            var page = subscriptions.list(call.tx(), call.page(), filter);
            var mapping = mapping(call.tx(), page.data());
            return Reply.list(page.map(row -> SubscriptionViews.toApi(row, mapping)));
        }

        @Override
        public Reply<Subscription> getSubscription(Call call, SubscriptionId subscriptionId) {
            var row = Require.found(subscriptions.get(call.tx(), subscriptionId.value()));
            return Reply.ok(SubscriptionViews.toApi(row, mapping(call.tx(), List.of(row))));
        }
    }

    private final class Changes implements SubscriptionChangesApi<Call> {

        @Override
        public Reply<Page<SubscriptionChange>> listAllSubscriptionChanges(Call call, ListAllSubscriptionChangesQuery query) {
            var filter = new SubscriptionChangeStore.Filter(
                    query.subscriptionId() == null ? null : query.subscriptionId().value(), query.organizationId() == null ? null : query.organizationId().value(),
                    query.kind() == null ? null : query.kind().value(), new TimeWindow(query.providerAfter(), query.providerFrom(), query.providerBefore()));
            return Reply.list(changes.list(call.tx(), call.page(), filter).map(SubscriptionViews::toApi));
        }

        @Override
        public Reply<Page<SubscriptionChange>> listSubscriptionChanges(Call call, SubscriptionId subscriptionId, ListSubscriptionChangesQuery query) {
            Require.found(subscriptions.get(call.tx(), subscriptionId.value()));
            var filter = new SubscriptionChangeStore.Filter(
                    subscriptionId.value(), null, query.kind() == null ? null : query.kind().value(), new TimeWindow(null, null, null));
            return Reply.list(changes.list(call.tx(), call.page(), filter).map(SubscriptionViews::toApi));
        }
    }
}
