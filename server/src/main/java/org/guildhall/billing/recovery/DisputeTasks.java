package org.guildhall.billing.recovery;

import java.util.UUID;
import org.guildhall.billing.recovery.DisputeTaskStore.Row;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Texts;
import org.guildhall.tasks.Tasks.Outcome;
import org.guildhall.tasks.Tasks;

/**
 * Opens one task for a dispute that needs evidence, and completes it when it needs none. Both follow from the state of the mirrored dispute,
 * never from an event.
 */
final class DisputeTasks {

    private static final String WORKFLOW = "disputes";
    private static final String TEAM = "Billing";
    private static final int NAME_MAX = 100;

    private final DisputeTaskStore disputes = new DisputeTaskStore();
    private final Tasks tasks;

    DisputeTasks(Tasks tasks) {
        this.tasks = tasks;
    }

    /** Settles the task of a dispute, whose payment the caller has locked. @param changes gets the task */
    void settle(Tx tx, Changes changes, UUID disputeId) {
        var dispute = disputes.get(tx, disputeId);
        boolean needed = dispute.state().equals("needs_response");
        if (needed && dispute.taskId() == null) {
            disputes.save(tx, disputeId, tasks.create(tx, changes, task(dispute)));
        } else if (!needed && dispute.taskId() != null) {
            // A task that somebody has finished or blocked stays as it is.
            tasks.complete(tx, changes, dispute.taskId(), outcome(dispute), reason(dispute));
            disputes.end(tx, disputeId);
        }
    }

    private static Tasks.NewTask task(Row dispute) {
        var name = dispute.accountName() == null
                ? dispute.accountReference() == null ? "the customer" : dispute.accountReference()
                : dispute.accountName();
        return new Tasks.NewTask(
                "Answer the dispute of " + Texts.cut(name, NAME_MAX),
                "Dispute " + dispute.reference() + ": " + dispute.amountMinor() + " minor units of " + dispute.currency() + " are disputed"
                        + (dispute.reason() == null ? "." : " (" + dispute.reason() + ").")
                        + " Give the provider the evidence, or accept the dispute there.",
                TEAM, dispute.evidenceDueAt() == null ? null : new Tasks.Due.At(dispute.evidenceDueAt()), Tasks.Priority.HIGH, WORKFLOW,
                new Tasks.Entity("dispute", dispute.disputeId()));
    }

    private static Outcome outcome(Row dispute) {
        return dispute.state().equals("under_review") ? Outcome.DONE : Outcome.NO_LONGER_NEEDED;
    }

    private static String reason(Row dispute) {
        return switch (dispute.state()) {
            case "under_review" -> "The provider has the evidence.";
            case "won" -> "The dispute was won.";
            case "lost" -> "The dispute was lost.";
            default -> "The dispute was closed.";
        };
    }
}
