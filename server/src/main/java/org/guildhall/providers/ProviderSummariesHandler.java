package org.guildhall.providers;

import static org.guildhall.providers.ProviderSummaryStore.SHOWN_MAX;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.Reply;
import org.guildhall.api.model.GetProviderSummaryQuery;
import org.guildhall.api.model.ProviderCard;
import org.guildhall.api.model.ProviderCounts;
import org.guildhall.api.model.ProviderLane;
import org.guildhall.api.model.ProviderLaneSummary;
import org.guildhall.api.model.ProviderQueue;
import org.guildhall.api.model.ProviderRecovery;
import org.guildhall.api.model.ProviderRecoverySignal;
import org.guildhall.api.model.ProviderRoom;
import org.guildhall.api.model.ProviderRunbook;
import org.guildhall.api.model.ProviderRunbookStep;
import org.guildhall.api.model.ProviderSummary;
import org.guildhall.api.model.SignalId;
import org.guildhall.api.model.SignalKind;
import org.guildhall.api.model.SignalStatus;
import org.guildhall.api.providers.ProviderSummariesApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.providers.ProviderSummaryStore.Counts;
import org.guildhall.providers.ProviderSummaryStore.Lane;
import org.guildhall.providers.ProviderSummaryStore.Recovery;
import org.guildhall.providers.ProviderSummaryStore.Summary;
import org.jspecify.annotations.Nullable;

/** The health of all signals: {@code /providers/summary}. */
final class ProviderSummariesHandler implements ProviderSummariesApi<Call> {

    private static final ProviderRoom ROOM = new ProviderRoom(
            "Provider reliability", "Provider Health",
            "A monitoring room for payment rails, identity, messaging, webhooks, APIs, database health, and the recovery actions that keep operators "
                    + "from guessing.");
    private static final ProviderRunbook RUNBOOK = new ProviderRunbook(
            "Monitoring runbook", "The minimum loop for provider health once real providers are wired.", List.of(
                    new ProviderRunbookStep(
                            "Observe", "Capture status, latency, last success, last failure, payload count, queue depth, and provider incident notes."),
                    new ProviderRunbookStep(
                            "Alert", "Warn owners only when a signal is actionable: billing drift, blocked login, failed delivery, or user-facing outage."),
                    new ProviderRunbookStep(
                            "Recover", "Replay idempotent events, pause unsafe automations, hold billing sends, and document rollback options."),
                    new ProviderRunbookStep(
                            "Close", "Attach evidence, timeline, prevention task, and owner-safe explanation before marking healthy.")));
    private static final String EMPTY_LANE = "No provider in this lane yet";

    private final ProviderSummaryStore summaries;

    ProviderSummariesHandler(ProviderSummaryStore summaries) {
        this.summaries = summaries;
    }

    @Override
    public Reply<ProviderSummary> getProviderSummary(Call call, GetProviderSummaryQuery query) {
        var found = summaries.get(call.tx(), query.at());
        if (query.at() != null && query.at().isAfter(found.now())) {
            throw Problem.INVALID_PARAMETER.because("`at` is in the future.").with(Item.parameter("at", "future", "`at` is in the future."));
        }
        return Reply.plain(toApi(found, query.at()));
    }

    private static ProviderSummary toApi(Summary summary, @Nullable Instant at) {
        var counts = summary.counts();
        return new ProviderSummary(
                at, ROOM, new ProviderCounts(counts.signals(), counts.operational(), counts.degraded(), counts.blocked(), counts.planned()),
                counts.signalPercent(), cards(counts), lanes(summary.lanes()), queue(summary.queue()), recovery(summary.recovery()), RUNBOOK);
    }

    private static List<ProviderCard> cards(Counts counts) {
        return List.of(
                new ProviderCard(
                        "Operational", Integer.toString(counts.operational()), "Provider surfaces that are currently healthy enough to rely on."),
                new ProviderCard("Degraded", Integer.toString(counts.degraded()), "Providers with visible warnings or incomplete readiness."),
                new ProviderCard("Blocked", Integer.toString(counts.blocked()), "Provider events or systems that should block automation."),
                new ProviderCard("Signal", counts.signalPercent() + "%", "Average provider confidence across signals."));
    }

    /** All lanes in the order of the document. */
    private static List<ProviderLaneSummary> lanes(List<Lane> found) {
        Map<String, Lane> byLane = found.stream().collect(Collectors.toMap(Lane::lane, Function.identity()));
        return Arrays.stream(ProviderLane.values()).map(lane -> lane(lane, byLane.get(lane.value()))).toList();
    }

    private static ProviderLaneSummary lane(ProviderLane lane, @Nullable Lane found) {
        return found == null
                ? new ProviderLaneSummary(lane, 0, 0, 0, 0, EMPTY_LANE)
                : new ProviderLaneSummary(lane, found.signals(), found.blocked(), found.watch(), found.signalPercent(), found.action());
    }

    private static ProviderQueue queue(List<SignalStore.Row> signals) {
        return new ProviderQueue(
                "Provider signal queue",
                "Ranked by signal strength so weak integrations, failed webhooks, and incomplete contracts become visible before members feel them.",
                signals.stream().limit(SHOWN_MAX).map(SignalViews::toApi).toList(), signals.size() > SHOWN_MAX);
    }

    private static ProviderRecovery recovery(List<Recovery> signals) {
        return new ProviderRecovery(
                "Priority recovery", "The providers that should drive the next operator action.",
                signals.stream().limit(SHOWN_MAX).map(ProviderSummariesHandler::toApi).toList(), signals.size() > SHOWN_MAX);
    }

    private static ProviderRecoverySignal toApi(Recovery signal) {
        return new ProviderRecoverySignal(
                new SignalId(signal.id()), signal.name(), ProviderLane.fromValue(signal.lane()), SignalKind.fromValue(signal.kind()),
                Owners.toApi(signal.owner()),
                SignalStatus.fromValue(signal.status()), signal.signalPercent(), signal.impact(), signal.recoveryAction());
    }
}
