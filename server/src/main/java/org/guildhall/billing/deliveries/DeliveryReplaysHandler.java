package org.guildhall.billing.deliveries;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.DeliveryReplaysApi;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.DeliveryOutcome;
import org.guildhall.api.model.DeliveryReplay;
import org.guildhall.api.model.DeliveryReplayFilter;
import org.guildhall.api.model.DeliveryReplayId;
import org.guildhall.api.model.DeliveryReplayState;
import org.guildhall.api.model.ListDeliveryReplaysQuery;
import org.guildhall.api.model.NewDeliveryReplay;
import org.guildhall.api.model.NewDeliveryReplayFilter;
import org.guildhall.api.model.ReplayedDeliveryState;
import org.guildhall.billing.deliveries.ReplayStore.Chosen;
import org.guildhall.billing.deliveries.ReplayStore.Filter;
import org.guildhall.billing.deliveries.ReplayStore.Row;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.work.TaskQueue;

/** Replays of the deliveries of a filter: {@code /billing/delivery-replays}. */
final class DeliveryReplaysHandler implements DeliveryReplaysApi<Call> {

    private static final int DELIVERIES_MAX = 100_000;

    private final ReplayStore replays;
    private final TaskQueue queue;

    DeliveryReplaysHandler(ReplayStore replays, TaskQueue queue) {
        this.replays = replays;
        this.queue = queue;
    }

    @Override
    public Reply<DeliveryReplay> createDeliveryReplay(Call call, NewDeliveryReplay body) {
        var chosen = chosen(body.filter());
        int total = replays.count(call.tx(), chosen, DELIVERIES_MAX + 1);
        if (total > DELIVERIES_MAX) {
            var detail = "More than 100,000 deliveries match. Narrow the filter, for example by `created_from` and `created_before`.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/filter", "too_many", detail));
        }
        var row = replays.insert(call.tx(), body.externalId(), chosen, total);
        queue.enqueue(call.tx(), ReplayDeliveriesJob.TASK, row.id());
        var replay = toApi(row);
        call.created(replay.id(), replay);
        return Reply.accepted("/api/v1/billing/delivery-replays/" + replay.id(), replay);
    }

    @Override
    public Reply<Page<DeliveryReplay>> listDeliveryReplays(Call call, ListDeliveryReplaysQuery query) {
        var filter = new Filter(
                query.externalId(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(replays.list(call.tx(), call.page(), filter).map(DeliveryReplaysHandler::toApi));
    }

    @Override
    public Reply<DeliveryReplay> getDeliveryReplay(Call call, DeliveryReplayId deliveryReplayId) {
        return Reply.ok(toApi(Require.found(replays.get(call.tx(), deliveryReplayId.value()))));
    }

    private static Chosen chosen(NewDeliveryReplayFilter filter) {
        return new Chosen(
                filter.connectionId() == null ? null : filter.connectionId().value(), filter.state() == null ? null : filter.state().value(),
                filter.outcome() == null ? null : filter.outcome().value(), filter.eventType(), filter.objectReference(), filter.createdFrom(),
                filter.createdBefore());
    }

    private static DeliveryReplayFilter toApi(Chosen chosen) {
        return new DeliveryReplayFilter(
                chosen.connectionId() == null ? null : new ConnectionId(chosen.connectionId()),
                chosen.state() == null ? null : ReplayedDeliveryState.fromValue(chosen.state()),
                chosen.outcome() == null ? null : DeliveryOutcome.fromValue(chosen.outcome()), chosen.eventType(), chosen.objectReference(),
                chosen.createdFrom(), chosen.createdBefore());
    }

    private static DeliveryReplay toApi(Row row) {
        return new DeliveryReplay(
                new DeliveryReplayId(row.id()), row.externalId(), toApi(row.chosen()), DeliveryReplayState.fromValue(row.state()), row.total(),
                row.processed(), row.applied(), row.unchanged(), row.skipped(), row.failed(), row.failure(), row.startedAt(), row.finishedAt(),
                row.createdAt(), row.updatedAt(), row.version());
    }
}
