package org.guildhall.billing;

import org.guildhall.api.model.OverviewInvoices;
import org.guildhall.api.model.OverviewPayments;
import org.guildhall.api.model.OverviewSubscriptions;
import org.guildhall.billing.mirror.MirrorOverview;
import org.guildhall.core.sql.JoinedRead;

/** The door of the billing room: everything that other rooms may call. */
public final class Billing {

    /** The part of a joined read with the subscriptions, open invoices and failed payments of an organization now. */
    public static final JoinedRead.Part<Overview> OVERVIEW = new JoinedRead.Part<>(MirrorOverview.PART.columns(), cells -> {
        var mirrored = MirrorOverview.PART.result().apply(cells);
        return new Overview(mirrored.subscriptions(), mirrored.openInvoices(), mirrored.failedPayments());
    });

    private Billing() {}

    /** The subscriptions, open invoices and failed payments of an organization, the newest hundred of each. */
    public record Overview(OverviewSubscriptions subscriptions, OverviewInvoices openInvoices, OverviewPayments failedPayments) {}
}
