package org.guildhall.billing.recovery;

import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.Account;
import org.guildhall.billing.recovery.RecoveryStore.Row;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Json;
import org.guildhall.core.json.Texts;
import org.guildhall.tasks.Tasks;

/**
 * Opens one task for an invoice whose payment failed, however often it fails, and completes it when the invoice is paid or ended. A dispute that
 * needs evidence has one task, too, and so has a failed refund or payout, a refund that needs a bank account, and an account that can't be charged any more. All follow from the mirrored state, never from an event.
 */
public final class PaymentRecovery {

    private static final String WORKFLOW = "payment_recovery";
    private static final String TEAM = "Billing";
    private static final int NAME_MAX = 100;

    private final RecoveryStore recoveries = new RecoveryStore();
    private final Tasks tasks;
    private final DisputeTasks disputes;
    private final ReturnedMoney returned;
    private final PaymentMethodTasks methods;

    public PaymentRecovery(Tasks tasks) {
        this.tasks = tasks;
        this.disputes = new DisputeTasks(tasks);
        this.returned = new ReturnedMoney(tasks);
        this.methods = new PaymentMethodTasks(tasks);
    }

    /** Settles the tasks of the changed objects, which the caller has locked. @param changes has the objects, and gets the tasks */
    public void settleAll(Tx tx, Changes changes) {
        for (var change : List.copyOf(changes.all())) {
            switch (change.entityType()) {
                case "invoice" -> settle(tx, changes, change.id());
                case "account" -> {
                    // Only providers that tell of a way to pay tell of a lost one.
                    if (change.after() instanceof Account account && account.defaultPaymentMethod() != null) {
                        methods.settle(tx, changes, change.id());
                    }
                }
                case "dispute" -> disputes.settle(tx, changes, change.id());
                case "refund" -> returned.settleRefund(tx, changes, change.id());
                case "payout" -> returned.settlePayout(tx, changes, change.id());
                default -> { }
            }
        }
    }

    /** Settles the task of an invoice, which the caller has locked. @param changes gets the task */
    public void settle(Tx tx, Changes changes, UUID invoiceId) {
        var invoice = recoveries.get(tx, invoiceId);
        boolean needed = RecoveryRules.needsTask(invoice.standing());
        if (needed && invoice.taskId() == null) {
            recoveries.save(tx, invoiceId, tasks.create(tx, changes, task(invoice)));
        } else if (!needed && invoice.taskId() != null) {
            // A task that somebody has finished or blocked stays as it is.
            tasks.complete(tx, changes, invoice.taskId(), RecoveryRules.outcome(invoice.standing()), RecoveryRules.reason(invoice.standing()));
            recoveries.end(tx, invoiceId);
        }
    }

    private static Tasks.NewTask task(Row invoice) {
        var name = invoice.accountName() == null ? invoice.accountReference() == null ? "the customer" : invoice.accountReference() : invoice.accountName();
        var next = invoice.nextAttemptAt() == null
                ? "The provider doesn't try again by itself."
                : "The provider tries again at " + Json.text(invoice.nextAttemptAt()) + ".";
        return new Tasks.NewTask(
                "Call " + Texts.cut(name, NAME_MAX) + " about failed payment",
                "Invoice " + (invoice.number() == null ? invoice.reference() : invoice.number()) + ": " + invoice.remainingMinor() + " minor units of "
                        + invoice.currency() + " are open after a failed attempt. " + next,
                TEAM, null, Tasks.Priority.HIGH, WORKFLOW, new Tasks.Entity("invoice", invoice.invoiceId()));
    }
}
