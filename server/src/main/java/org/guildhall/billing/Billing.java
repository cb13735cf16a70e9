package org.guildhall.billing;

import java.util.stream.Stream;
import org.guildhall.api.model.OverviewInvoices;
import org.guildhall.api.model.OverviewPayments;
import org.guildhall.api.model.OverviewSubscriptions;
import org.guildhall.billing.invoices.Invoices;
import org.guildhall.billing.payments.Payments;
import org.guildhall.billing.subscriptions.Subscriptions;
import org.guildhall.core.sql.JoinedRead;
import org.guildhall.core.sql.PreparedQuery;

/** The door of the billing room: everything that other rooms may call. */
public final class Billing {

    /** The part of a joined read with the subscriptions, open invoices and failed payments of an organization now. */
    public static final JoinedRead.Part<Overview> OVERVIEW = new JoinedRead.Part<>(
            Stream.of(Subscriptions.RUNNING, Invoices.OPEN, Payments.FAILED).<PreparedQuery<?>>flatMap(part -> part.queries().stream()).toList(),
            rows -> new Overview(
                    Subscriptions.RUNNING.result().apply(rows), Invoices.OPEN.result().apply(rows), Payments.FAILED.result().apply(rows)));

    private Billing() {}

    /** The subscriptions, open invoices and failed payments of an organization, the newest hundred of each. */
    public record Overview(OverviewSubscriptions subscriptions, OverviewInvoices openInvoices, OverviewPayments failedPayments) {}
}
