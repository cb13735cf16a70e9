package org.guildhall.billing.dunning;

import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.BilledAmount;
import org.guildhall.api.model.DunningAction;
import org.guildhall.api.model.DunningAmounts;
import org.guildhall.api.model.DunningAnalytics;
import org.guildhall.api.model.DunningAttempt;
import org.guildhall.api.model.DunningAttemptCounts;
import org.guildhall.api.model.DunningAttemptId;
import org.guildhall.api.model.DunningAttemptState;
import org.guildhall.api.model.DunningCase;
import org.guildhall.api.model.DunningCaseCounts;
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
import org.guildhall.billing.dunning.DunningAnalyticsStore.Results;

/** The wire form of dunning cases, attempts and results. */
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

    static DunningAnalytics toApi(Instant from, Instant before, Results results) {
        var cases = results.cases().stream().collect(Collectors.toMap(DunningAnalyticsStore.Cases::state, Function.identity()));
        var attempts = results.attempts().stream()
                .collect(Collectors.groupingBy(DunningAnalyticsStore.Attempts::state, Collectors.summingLong(DunningAnalyticsStore.Attempts::all)));
        long messages = results.attempts().stream()
                .filter(one -> one.action().equals("message") && !one.state().equals("skipped"))
                .mapToLong(DunningAnalyticsStore.Attempts::all)
                .sum();
        return new DunningAnalytics(
                from, before,
                new DunningCaseCounts(
                        results.cases().stream().mapToLong(DunningAnalyticsStore.Cases::all).sum(), all(cases, "open"), all(cases, "held"),
                        all(cases, "suspended"), all(cases, "exhausted"), all(cases, "recovered"), all(cases, "dropped"),
                        cases.containsKey("recovered") ? cases.get("recovered").suspended() : 0),
                new DunningAttemptCounts(
                        messages, attempts.getOrDefault("queued", 0L), attempts.getOrDefault("sent", 0L), attempts.getOrDefault("delivered", 0L),
                        attempts.getOrDefault("failed", 0L), attempts.getOrDefault("suppressed", 0L), attempts.getOrDefault("skipped", 0L),
                        attempts.getOrDefault("suspended", 0L)),
                results.amounts().stream()
                        .map(sum -> new DunningAmounts(sum.currency(), sum.openedMinor(), sum.recoveredMinor(), sum.outstandingMinor()))
                        .toList());
    }

    private static long all(Map<String, DunningAnalyticsStore.Cases> cases, String state) {
        return cases.containsKey(state) ? cases.get(state).all() : 0;
    }
}
