package org.guildhall.billing.dunning;

import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.BilledAmount;
import org.guildhall.api.model.DunningAction;
import org.guildhall.api.model.DunningAttempt;
import org.guildhall.api.model.DunningAttemptId;
import org.guildhall.api.model.DunningAttemptState;
import org.guildhall.api.model.DunningCase;
import org.guildhall.api.model.DunningCaseId;
import org.guildhall.api.model.DunningCaseState;
import org.guildhall.api.model.DunningChannel;
import org.guildhall.api.model.DunningDropReason;
import org.guildhall.api.model.DunningHeldReason;
import org.guildhall.api.model.DunningMoveReason;
import org.guildhall.api.model.DunningPolicyId;
import org.guildhall.api.model.DunningSkipReason;
import org.guildhall.api.model.InvoiceId;
import org.guildhall.api.model.MessageId;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.SubscriptionId;

/** The wire form of dunning cases and attempts. */
final class DunningViews {

    private DunningViews() {}

    static DunningCase toApi(DunningCaseStore.Row row) {
        return new DunningCase(
                new DunningCaseId(row.id()), new InvoiceId(row.invoiceId()), new AccountId(row.accountId()),
                row.organizationId() == null ? null : new OrganizationId(row.organizationId()),
                row.subscriptionId() == null ? null : new SubscriptionId(row.subscriptionId()), new DunningPolicyId(row.policyId()), row.policyVersion(),
                DunningCaseState.fromValue(row.state()), row.heldReason() == null ? null : DunningHeldReason.fromValue(row.heldReason()), row.heldNote(),
                new BilledAmount(row.openedMinor(), row.currency()), row.steps().size(), row.nextPosition(), row.nextDueAt(), row.suspendedAt(),
                row.endedAt(), row.dropReason() == null ? null : DunningDropReason.fromValue(row.dropReason()), row.createdAt(), row.updatedAt(),
                row.version());
    }

    static DunningAttempt toApi(DunningAttemptStore.Row row) {
        return new DunningAttempt(
                new DunningAttemptId(row.id()), new DunningCaseId(row.caseId()), row.position(), DunningAction.fromValue(row.action()),
                row.channel() == null ? null : DunningChannel.fromValue(row.channel()), row.dueAt(), row.move() == null ? null : row.move().to(),
                row.move() == null ? null : DunningMoveReason.fromValue(row.move().reason()), DunningAttemptState.fromValue(row.state()),
                row.skipReason() == null ? null : DunningSkipReason.fromValue(row.skipReason()),
                row.messageId() == null ? null : new MessageId(row.messageId()), row.createdAt(), row.updatedAt(), row.version());
    }
}
