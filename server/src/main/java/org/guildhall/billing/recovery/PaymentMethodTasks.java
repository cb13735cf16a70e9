package org.guildhall.billing.recovery;

import java.util.List;
import java.util.UUID;
import org.guildhall.billing.events.ProviderMandate;
import org.guildhall.billing.recovery.PaymentMethodTaskStore.Row;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Texts;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/**
 * Opens one task for an account that can't be charged soon: all its mandates have ended, or a card of it expires. The task is completed when the account has another
 * mandate or card. Both follow from the state of the account, so the events of its subscriptions and payments, which end with a mandate, open no other one.
 */
final class PaymentMethodTasks {

    private static final String WORKFLOW = "payment_methods";
    private static final String TEAM = "Billing";
    private static final int NAME_MAX = 100;
    private static final String EXPIRING = "expiring";

    private final PaymentMethodTaskStore accounts = new PaymentMethodTaskStore();
    private final Tasks tasks;

    PaymentMethodTasks(Tasks tasks) {
        this.tasks = tasks;
    }

    /** Settles the task of an account, which the caller has locked. @param changes gets the task */
    void settle(Tx tx, Changes changes, UUID accountId) {
        var account = accounts.get(tx, accountId);
        var lost = account.isDeleted() ? null : lost(account.mandates());
        if (lost != null && account.taskId() == null) {
            accounts.save(tx, accountId, tasks.create(tx, changes, task(account, lost)));
        } else if (lost == null && account.taskId() != null) {
            // A task that somebody has finished or blocked stays as it is.
            boolean usable = account.mandates().stream().anyMatch(ProviderMandate::isUsable);
            tasks.complete(tx, changes, account.taskId(), usable ? Tasks.Outcome.DONE : Tasks.Outcome.NO_LONGER_NEEDED,
                    usable ? "The account can be charged again." : "The account is charged no more.");
            accounts.save(tx, accountId, null);
        }
    }

    /** The card that expires, or the newest of the mandates if all have ended; null if the account can be charged. */
    static @Nullable ProviderMandate lost(List<ProviderMandate> mandates) {
        var expiring = mandates.stream().filter(one -> one.state().equals(EXPIRING)).findFirst().orElse(null);
        var debits = mandates.stream().filter(one -> one.kind().equals(ProviderMandate.DIRECT_DEBIT)).toList();
        return expiring != null || debits.isEmpty() || debits.stream().anyMatch(ProviderMandate::isUsable) ? expiring : debits.getFirst();
    }

    private static Tasks.NewTask task(Row account, ProviderMandate lost) {
        boolean isCard = lost.state().equals(EXPIRING);
        var name = Texts.cut(account.name() == null ? account.reference() : account.name(), NAME_MAX);
        var number = lost.last4() == null ? "" : " ending with " + lost.last4();
        return new Tasks.NewTask(
                "Ask " + name + " for another " + (isCard ? "card" : "mandate"),
                isCard ? "The card" + number + " of the subscription " + lost.reference() + " " + lost.status() + "."
                        : "The mandate " + lost.reference() + number + " is " + lost.status() + ", and the account has no other one. Nothing can be debited until it has.",
                TEAM, null, Tasks.Priority.HIGH, WORKFLOW, new Tasks.Entity("account", account.id()));
    }
}
