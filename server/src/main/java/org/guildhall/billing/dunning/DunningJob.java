package org.guildhall.billing.dunning;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.billing.dunning.DunningDecisions.Decided;
import org.guildhall.billing.plans.PlanSettlement;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/**
 * The job that carries out the steps of dunning cases. It first reads what became of the messages, then opens cases that no event has opened, such as after
 * the first policy, and then decides on the cases that are due. A batch locks its cases before it waits for any organization, so it can't block an event
 * that waits for it.
 */
final class DunningJob {

    private static final String NAME = "dunning";
    private static final String MESSAGES = "messages:";
    private static final String CASES = "cases:";
    private static final String STEPS = "steps:";
    private static final UUID ZERO = new UUID(0, 0);
    private static final int ATTEMPTS_AT_ONCE = 200;
    private static final int CASES_AT_ONCE = 20;
    /** After this time a message without a receipt is no longer looked at. */
    private static final Duration RECEIPTS = Duration.ofDays(30);
    private static final Map<String, String> OF_MESSAGES = Map.of(
            "sent", "sent", "unknown", "sent", "delivered", "delivered", "suppressed", "suppressed", "bounced", "failed", "failed", "failed", "expired",
            "failed", "canceled", "failed");

    private final Dunning dunning;
    private final DunningPolicyStore policies;
    private final DunningCaseStore cases;
    private final DunningAttemptStore attempts;
    private final DunningSituationStore situations;
    private final PlanSettlement plans;
    private final Tasks tasks;
    private final DunningDecisions decisions;
    private final DunningExecution execution;

    DunningJob(
            Dunning dunning, DunningPolicyStore policies, DunningCaseStore cases, DunningAttemptStore attempts, DunningSituationStore situations,
            DunningDecisions decisions, PlanSettlement plans, Tasks tasks) {
        this.dunning = dunning;
        this.policies = policies;
        this.cases = cases;
        this.attempts = attempts;
        this.situations = situations;
        this.plans = plans;
        this.tasks = tasks;
        this.decisions = decisions;
        this.execution = new DunningExecution(cases, attempts, tasks);
    }

    Tasks.Job offered() {
        return new Tasks.Job(
                NAME, "Carry out the steps of dunning", "billing", "*/15 * * * *", true, List.of("payments"), this::needed, this::step);
    }

    private boolean needed(Tx tx) {
        return cases.anyDue(tx) || situations.anyWithoutCase(tx) || attempts.anyWaiting(tx, lookedAt(tx));
    }

    private Tasks.JobStep step(Tx tx, Events events, @Nullable String from) {
        var at = from == null ? MESSAGES : from;
        if (at.startsWith(MESSAGES)) {
            return messages(tx, events, at.substring(MESSAGES.length()));
        }
        return at.startsWith(CASES) ? open(tx, events, at.substring(CASES.length())) : carryOut(tx, events, at.substring(STEPS.length()));
    }

    /** Reads what became of messages. */
    private Tasks.JobStep messages(Tx tx, Events events, String from) {
        var after = from.isEmpty() ? DunningPlace.from(lookedAt(tx)) : DunningPlace.parse(from);
        var waiting = attempts.waiting(tx, after, ATTEMPTS_AT_ONCE);
        var states = waiting.isEmpty() ? Map.<UUID, String>of() : tasks.messageStates(tx, waiting.stream().map(one -> one.messageId()).filter(Objects::nonNull).toList());
        int changed = 0;
        for (var one : waiting) {
            var state = one.messageId() == null ? null : OF_MESSAGES.get(states.getOrDefault(one.messageId(), ""));
            if (state != null && !state.equals(one.state())) {
                var shown = DunningViews.toApi(attempts.setState(tx, one.id(), state));
                events.begin(source("dunning_attempt.updated")).changed(shown.id(), DunningViews.toApi(one), shown);
                changed++;
            }
        }
        var next = waiting.size() < ATTEMPTS_AT_ONCE
                ? CASES : MESSAGES + new DunningPlace(waiting.getLast().createdAt(), waiting.getLast().id());
        return new Tasks.JobStep(next, waiting.size(), changed, 0, 0, List.of());
    }

    /** Opens cases. */
    private Tasks.JobStep open(Tx tx, Events events, String from) {
        var batch = new Batch();
        var standard = policies.getDefault(batch);
        var zone = situations.zone(batch);
        batch.send(tx);
        if (standard.get() == null) {
            return new Tasks.JobStep(STEPS, 0, 0, 0, 0, List.of());
        }
        var invoices = situations.lockWithoutCase(tx, from.isEmpty() ? ZERO : UUID.fromString(from), CASES_AT_ONCE);
        var found = situations.ofInvoices(tx, invoices);
        int opened = 0;
        for (var situation : found.values()) {
            opened += dunning.open(tx, events.begin(source("dunning_case.opened")), situation, standard.get(), tx.now(), zone.get()) ? 1 : 0;
        }
        return new Tasks.JobStep(
                invoices.size() < CASES_AT_ONCE ? STEPS : CASES + invoices.getLast(), invoices.size(), opened, invoices.size() - opened, 0, List.of());
    }

    /** Decides on due cases. */
    private Tasks.JobStep carryOut(Tx tx, Events events, String from) {
        var run = decisions.run(tx, tx.now());
        var due = cases.lockDue(tx, run.at(), from.isEmpty() ? DunningPlace.FIRST : DunningPlace.parse(from), CASES_AT_ONCE);
        var lines = new ArrayList<String>();
        var plansChange = new HashSet<UUID>();
        int changed = 0;
        for (Decided decided : decisions.decide(tx, due, run)) {
            var changes = events.begin(source("dunning_case.advanced"));
            plansChange.addAll(execution.carryOut(tx, changes, decided, run));
            if (!changes.isEmpty()) {
                changed++;
                lines.add(DunningDecisions.line(decided));
            }
        }
        settle(tx, events, plansChange);
        var next = due.size() < CASES_AT_ONCE ? null : STEPS + new DunningPlace(due.getLast().next().dueAt(), due.getLast().id());
        return new Tasks.JobStep(next, due.size(), changed, due.size() - changed, 0, lines);
    }

    /** Settles plans in the order in which the other job does, so that the two can't block each other. */
    private void settle(Tx tx, Events events, Collection<UUID> organizations) {
        organizations.stream().sorted(Comparator.comparing(UUID::toString)).forEach(organization ->
                plans.settle(tx, events.begin(source("transition.applied")), Actor.JOB, organization));
    }

    private static Source source(String action) {
        return new Source(action, "billing", NAME, Actor.JOB, null, null);
    }

    /** The instant before which messages are no longer looked at. */
    private static Instant lookedAt(Tx tx) {
        return tx.now().minus(RECEIPTS);
    }
}
