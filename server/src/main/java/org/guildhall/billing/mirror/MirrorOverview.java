package org.guildhall.billing.mirror;

import java.util.List;
import java.util.function.Function;
import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.OverviewInvoices;
import org.guildhall.api.model.OverviewPayments;
import org.guildhall.api.model.OverviewSubscription;
import org.guildhall.api.model.OverviewSubscriptions;
import org.guildhall.api.model.SubscriptionCollection;
import org.guildhall.api.model.SubscriptionId;
import org.guildhall.api.model.SubscriptionState;
import org.guildhall.core.sql.JoinedRead;

/** The mirrored objects of an organization that need attention now, the newest hundred of each list. */
public final class MirrorOverview {

    /** The part of a joined read. */
    public static final JoinedRead.Part<MirrorOverview> PART = new JoinedRead.Part<>(
            OverviewStore.OF_ORGANIZATION.columns(), cells -> new MirrorOverview(OverviewStore.OF_ORGANIZATION.result().apply(cells)));

    private final OverviewStore.Rows rows;

    private MirrorOverview(OverviewStore.Rows rows) {
        this.rows = rows;
    }

    /** The subscriptions that haven't ended. */
    public OverviewSubscriptions subscriptions() {
        return new OverviewSubscriptions(shown(rows.subscriptions(), MirrorOverview::toApi), hasMore(rows.subscriptions()));
    }

    /** The open invoices. */
    public OverviewInvoices openInvoices() {
        return new OverviewInvoices(shown(rows.invoices(), InvoiceViews::toApi), hasMore(rows.invoices()));
    }

    /** The payments that are failed now. */
    public OverviewPayments failedPayments() {
        return new OverviewPayments(shown(rows.payments(), PaymentViews::toApi), hasMore(rows.payments()));
    }

    private static OverviewSubscription toApi(SubscriptionStore.Row row) {
        return new OverviewSubscription(
                new SubscriptionId(row.id()), new AccountId(row.accountId()), row.reference(), SubscriptionState.fromValue(row.state()),
                SubscriptionCollection.fromValue(row.collection()), row.startsAt(), row.trialEndsAt(), row.cancelAt(), row.cancelAtPeriodEnd(),
                row.canceledAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    private static <R, T> List<T> shown(List<R> rows, Function<R, T> view) {
        return rows.stream().limit(OverviewStore.SHOWN_MAX).map(view).toList();
    }

    private static boolean hasMore(List<?> rows) {
        return rows.size() > OverviewStore.SHOWN_MAX;
    }
}
