package org.guildhall.billing.recovery;

import java.util.UUID;
import org.guildhall.billing.recovery.ReturnedMoneyStore.Refund;
import org.guildhall.billing.recovery.ReturnedMoneyStore.Row;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Texts;
import org.guildhall.tasks.Tasks.Outcome;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/**
 * Opens one task for a refund or payout that has failed: its money came back, and somebody has to send it in another way. A refund whose provider waits for
 * a bank account has one, too. The task of a refund is completed when the refund is in another state.
 */
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
        var refund = failures.refund(tx, refundId);
        if (refund.taskId() != null && refund.state().equals(refund.taskState())) {
            return;
        }
        if (refund.taskId() != null) {
            // A task that somebody has finished or blocked stays as it is.
            tasks.complete(tx, changes, refund.taskId(), outcome(refund.state()), reason(refund.state()));
        }
        var task = task(refund, new Tasks.Entity("refund", refundId));
        if (task != null) {
            failures.saveRefund(tx, refundId, tasks.create(tx, changes, task), refund.state());
        } else if (refund.taskId() != null) {
            failures.endRefund(tx, refundId);
        }
    }

    /** The task of a refund; null if its state needs none. */
    private static Tasks.@Nullable NewTask task(Refund refund, Tasks.Entity about) {
        var row = refund.row();
        return switch (refund.state()) {
            case "failed" -> task("Pay back " + name(row) + " in another way", "Refund " + text(row, null), about);
            case "needs_attention" -> task(
                    "Ask " + name(row) + " for a bank account",
                    "Refund " + amount(row) + " can't be paid back in the way of the payment. Give the provider a bank account of the payer, and retry the refund there.",
                    about);
            default -> null;
        };
    }

    private static Outcome outcome(String state) {
        return state.equals("failed") || state.equals("canceled") ? Outcome.NO_LONGER_NEEDED : Outcome.DONE;
    }

    private static String reason(String state) {
        return switch (state) {
            case "succeeded" -> "The refund was paid back.";
            case "failed" -> "The refund has failed.";
            case "canceled" -> "The refund was canceled.";
            default -> "The provider tries the refund again.";
        };
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
        return amount(failed) + " has failed"
                + (failed.reason() == null ? "." : ": " + failed.reason()) + (remedy == null ? "" : " " + remedy);
    }

    private static String amount(Row row) {
        return row.reference() + " of " + row.amountMinor() + " minor units of " + row.currency();
    }

    private static Tasks.NewTask task(String title, String detail, Tasks.Entity about) {
        return new Tasks.NewTask(title, detail, TEAM, null, Tasks.Priority.HIGH, WORKFLOW, about);
    }
}
