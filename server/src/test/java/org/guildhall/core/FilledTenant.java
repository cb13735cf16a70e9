package org.guildhall.core;

import java.sql.SQLException;
import java.util.Set;
import org.guildhall.TestServer;

/** Tenants with rows in every table. */
public final class FilledTenant {

    private static final Set<Integer> CREATED = Set.of(201, 202);

    private FilledTenant() {}

    /** A new tenant in which every operation that creates something has been called. */
    public static TestServer.Tenant make() throws SQLException {
        var samples = new SampleData(TestServer.shared().tenant());
        for (var example : Examples.all()) {
            var operation = example.operation;
            if (operation.mutation() && CREATED.contains(operation.status()) && !OperationGroup.ofThePlatform(operation)) {
                samples.send(samples.request(operation), "Idempotency-Key", samples.word()).expect(operation.status());
            }
        }
        RuntimeExamples.fillTablesWithoutOperations(samples);
        ProvidersExamples.checkWithResult(samples);
        ProvidersExamples.firedAlert(samples);
        ProvidersExamples.alertStreak(samples);
        TasksExamples.preferences(samples);
        BillingExamples.subscription(samples);
        BillingExamples.failedPayment(samples);
        BillingExamples.invoice(samples);
        BillingExamples.payment(samples);
        BillingExamples.refund(samples);
        BillingExamples.taxedRefund(samples);
        BillingExamples.credit(samples);
        BillingExamples.coupon(samples);
        BillingExamples.promotionCode(samples);
        BillingExamples.dispute(samples);
        BillingExamples.payout(samples);
        BillingExamples.ledgerTransaction(samples);
        BillingExamples.fetch(samples);
        BillingExamples.awaitedCall(samples);
        BillingExamples.reconciliation(samples);
        BillingExamples.unfinishedReconciliation(samples);
        BillingExamples.dunningAttempt(samples);
        PlatformExamples.feedEvent(samples);
        return samples.tenant;
    }
}
