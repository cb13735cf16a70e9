package org.guildhall.billing.recovery;

import java.util.UUID;
import org.guildhall.billing.recovery.ReturnedMoneyStore.Row;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Texts;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** Opens one task for a refund or payout that has failed: its money came back, and somebody has to send it in another way. */
final class ReturnedMoney {

    private static final String WORKFLOW = "returned_money";
    private static final String TEAM = "Billing";
    private static final int NAME_MAX = 100;

    private final ReturnedMoneyStore failures = new ReturnedMoneyStore();
    private final Tasks tasks;

    ReturnedMoney(Tasks tasks) {
        this.tasks = tasks;
    }

    /** Settles the task of a refund, whose payment the caller has locked. @param changes gets the task */
    void settleRefund(Tx tx, Changes changes, UUID refundId) {
        var refund = failures.failedRefund(tx, refundId);
        if (refund != null) {
            failures.saveRefund(tx, refundId, tasks.create(tx, changes, task(
                    "Pay back " + name(refund) + " in another way", "Refund " + text(refund, null), new Tasks.Entity("refund", refundId))));
        }
    }

    /** Settles the task of a locked payout. @param changes gets the task */
    void settlePayout(Tx tx, Changes changes, UUID payoutId) {
        var payout = failures.failedPayout(tx, payoutId);
        if (payout != null) {
            failures.savePayout(tx, payoutId, tasks.create(tx, changes, task(
                    "Check the bank account of " + name(payout), "Payout " + text(payout, "Correct the bank account at the provider."),
                    new Tasks.Entity("payout", payoutId))));
        }
    }

    private static String name(Row failed) {
        return Texts.cut(failed.name(), NAME_MAX);
    }

    private static String text(Row failed, @Nullable String remedy) {
        return failed.reference() + " of " + failed.amountMinor() + " minor units of " + failed.currency() + " has failed"
                + (failed.reason() == null ? "." : ": " + failed.reason()) + (remedy == null ? "" : " " + remedy);
    }

    private static Tasks.NewTask task(String title, String detail, Tasks.Entity about) {
        return new Tasks.NewTask(title, detail, TEAM, null, Tasks.Priority.HIGH, WORKFLOW, about);
    }
}
