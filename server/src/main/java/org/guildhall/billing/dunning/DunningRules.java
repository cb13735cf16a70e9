package org.guildhall.billing.dunning;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.guildhall.billing.dunning.DunningSteps.Pauses;
import org.guildhall.billing.dunning.DunningSteps.Step;
import org.jspecify.annotations.Nullable;

/** Decides from the state of an invoice whether it has a dunning case, and what the next step of the case does. The preview and the job use the same rules. */
final class DunningRules {

    /** The states of a subscription that no event leaves. */
    private static final Set<String> ENDED = Set.of("canceled", "expired");
    /** The reason of a hold and of an end. */
    static final String DISPUTE = "dispute";

    private DunningRules() {}

    /**
     * The facts about an invoice.
     *
     * @param attempts the number of attempts to charge it
     * @param subscriptionState the state of its subscription; null if none is known
     * @param hasAddress true if its account has an e-mail address
     * @param isDisputed true if a dispute of one of its payments isn't decided
     * @param isDisputeLost true if a dispute of one of its payments is lost
     * @param retriedAt the day of the attempt that its provider has announced, and whose outcome isn't known; null for none
     */
    record Standing(
            String invoiceState, int attempts, long remainingMinor, @Nullable String subscriptionState, boolean hasAddress, boolean isDisputed,
            boolean isDisputeLost, @Nullable Instant retriedAt) {

        /** A bank can take some days to say that it hasn't paid. */
        private static final Duration OUTCOME = Duration.ofDays(10);

        boolean waitsForRetry(Instant at) {
            return retriedAt != null && at.isBefore(retriedAt.plus(OUTCOME));
        }

        boolean hasFailed() {
            return invoiceState.equals("open") && attempts > 0 && remainingMinor > 0;
        }

        boolean hasEndedSubscription() {
            return subscriptionState != null && ENDED.contains(subscriptionState);
        }
    }

    /**
     * What ends a case without a payment, by its policy now.
     *
     * @param withSubscription true if the end of the subscription does
     * @param onDispute true if a dispute that isn't decided or is lost does
     */
    record Stops(boolean withSubscription, boolean onDispute) {

        /** The reason to end the dunning of an invoice; null if there is none. */
        @Nullable String reason(Standing standing) {
            if (withSubscription && standing.hasEndedSubscription()) {
                return "subscription_ended";
            }
            return onDispute && (standing.isDisputed() || standing.isDisputeLost()) ? DISPUTE : null;
        }
    }

    /**
     * The terms of a case by its policy now.
     *
     * @param holdWhileDegraded true if a step waits for the providers of payments
     */
    record Terms(Pauses pauses, boolean holdWhileDegraded, Stops stops) {}

    /** The next step of a case. @param position from 1 */
    record Next(List<Step> steps, int position, Instant dueAt) {

        Step step() {
            return steps.get(position - 1);
        }
    }

    /** The circumstances of a run. @param providersDegraded true if a signal of the lane payments isn't operational */
    record Run(Instant at, ZoneId zone, boolean providersDegraded) {}

    /** The decision on a case. */
    sealed interface Decision {

        /** The account gets a message. */
        record Message(Step step) implements Decision {}

        /** The subscription no longer entitles to a plan. */
        record Suspend() implements Decision {}

        /** The step is passed over. */
        record Skip(String reason) implements Decision {}

        /** The step waits until an instant. */
        record Wait(Instant to, String reason) implements Decision {}

        /** The case is held until the reason is gone. */
        record Hold(String reason) implements Decision {}

        /** The case has no more steps. @param state recovered, dropped or exhausted @param dropReason null unless it is dropped */
        record End(String state, @Nullable String dropReason) implements Decision {}
    }

    /** True if an invoice needs a case. @param minimumMinor the smallest amount that gets one */
    static boolean needsCase(Standing standing, Stops stops, long minimumMinor) {
        return standing.hasFailed() && standing.remainingMinor() >= minimumMinor && stops.reason(standing) == null;
    }

    /** The end of a case that follows from the state of its invoice; null if it goes on. @param state the state of the case */
    static Decision.@Nullable End end(Standing standing, Stops stops, String state) {
        return switch (standing.invoiceState()) {
            case "paid" -> new Decision.End("recovered", null);
            case "void", "deleted" -> new Decision.End("dropped", "invoice_voided");
            // What was suspended stays so: the money is still owed.
            case "uncollectible" -> hasSteps(state) ? new Decision.End("exhausted", null) : null;
            default -> stopped(stops.reason(standing), state);
        };
    }

    /** Nobody gets a plan back by a dispute. */
    private static Decision.@Nullable End stopped(@Nullable String reason, String state) {
        return reason == null || reason.equals(DISPUTE) && !hasSteps(state) ? null : new Decision.End("dropped", reason);
    }

    private static boolean hasSteps(String state) {
        return state.equals("open") || state.equals("held");
    }

    /** The decision of a run on a case whose next step is due. @param state the state of the case, open or held */
    static Decision decide(Standing standing, Terms terms, String state, Next next, Run run) {
        var end = end(standing, terms.stops(), state);
        if (end != null) {
            return end;
        }
        if (terms.holdWhileDegraded() && run.providersDegraded()) {
            return new Decision.Hold("providers_degraded");
        }
        if (standing.isDisputed()) {
            return new Decision.Hold(DISPUTE);
        }
        if (standing.waitsForRetry(run.at())) {
            return new Decision.Hold("provider_retry");
        }
        var moved = DunningSteps.moved(run.at(), terms.pauses(), run.zone());
        if (moved != null) {
            return new Decision.Wait(moved.to(), moved.reason());
        }
        if (next.step().suspends()) {
            return standing.subscriptionState() == null ? new Decision.Skip("no_subscription") : new Decision.Suspend();
        }
        return standing.hasAddress() ? new Decision.Message(next.step()) : new Decision.Skip("no_address");
    }
}
