package org.guildhall.billing.reconciliation;

import java.util.List;
import java.util.TreeSet;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.ReconciliationDifferencesApi;
import org.guildhall.api.billing.ReconciliationsApi;
import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.CouponMappingId;
import org.guildhall.api.model.DifferenceKind;
import org.guildhall.api.model.DifferentField;
import org.guildhall.api.model.DisputeId;
import org.guildhall.api.model.InvoiceId;
import org.guildhall.api.model.ListReconciliationDifferencesQuery;
import org.guildhall.api.model.ListReconciliationsQuery;
import org.guildhall.api.model.NewReconciliation;
import org.guildhall.api.model.PaymentId;
import org.guildhall.api.model.PayoutId;
import org.guildhall.api.model.PromotionCodeId;
import org.guildhall.api.model.ReconciledKind;
import org.guildhall.api.model.ReconciliationDifference;
import org.guildhall.api.model.ReconciliationDifferenceId;
import org.guildhall.api.model.ReconciliationId;
import org.guildhall.api.model.ReconciliationState;
import org.guildhall.api.model.RefundId;
import org.guildhall.api.model.SubscriptionId;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.reconciliation.ReconciliationStore.Filter;
import org.guildhall.billing.reconciliation.ReconciliationStore.Row;
import org.guildhall.billing.reconciliation.ReconciliationStore.Scope;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/** Reconciliations and their differences: {@code /billing/reconciliations}. */
final class ReconciliationsHandler {

    private static final String BASE = "/api/v1/billing/reconciliations/";

    private final ReconciliationStore reconciliations;
    private final DifferenceStore differences;
    private final Connections connections;
    private final Providers providers;
    private final ReconcileJob job;
    private final TaskQueue queue;

    ReconciliationsHandler(
            ReconciliationStore reconciliations, DifferenceStore differences, Connections connections, Providers providers, ReconcileJob job, TaskQueue queue) {
        this.reconciliations = reconciliations;
        this.differences = differences;
        this.connections = connections;
        this.providers = providers;
        this.job = job;
        this.queue = queue;
    }

    void bind(Api api) {
        new Runs().bind(api.routes());
        new Differences().bind(api.routes());
    }

    private final class Runs implements ReconciliationsApi<Call> {

        @Override
        public Reply<org.guildhall.api.model.Reconciliation> createReconciliation(Call call, NewReconciliation body) {
            if (!connections.exists(call.tx(), body.connectionId().value())) {
                throw Problem.VALIDATION_FAILED.at("/connection_id", "There is no such connection.");
            }
            var listed = providers.of(connections.any(call.tx(), body.connectionId().value()).provider()).listed();
            var all = body.kinds() == null ? List.of(ReconciledKind.values()) : body.kinds();
            var kinds = all.stream().filter(kind -> listed.contains(kind.value())).toList();
            if (body.kinds() != null && kinds.size() < all.size()) {
                throw Problem.VALIDATION_FAILED.at("/kinds", "The provider of the connection lists only: " + String.join(", ", new TreeSet<>(listed)) + ".");
            }
            var row = reconciliations.insert(call.tx(), body.externalId(), new Scope(
                    body.connectionId().value(), kinds.stream().map(ReconciledKind::value).toList(), body.objectsFrom(), body.objectsBefore()),
                    Boolean.TRUE.equals(body.repair()));
            requireAsked(call, row);
            queue.enqueue(call.tx(), ReconcileJob.TASK, row.id());
            var shown = toApi(row);
            call.created(shown.id(), shown);
            return Reply.accepted(BASE + shown.id(), shown);
        }

        @Override
        public Reply<Page<org.guildhall.api.model.Reconciliation>> listReconciliations(Call call, ListReconciliationsQuery query) {
            var filter = new Filter(
                    query.externalId(), query.connectionId() == null ? null : query.connectionId().value(),
                    query.state() == null ? null : query.state().value(),
                    new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
            return Reply.list(reconciliations.list(call.tx(), call.page(), filter).map(ReconciliationsHandler::toApi));
        }

        @Override
        public Reply<org.guildhall.api.model.Reconciliation> getReconciliation(Call call, ReconciliationId reconciliationId) {
            return Reply.ok(toApi(Require.found(reconciliations.get(call.tx(), reconciliationId.value()))));
        }

        @Override
        public Reply<org.guildhall.api.model.Reconciliation> repairReconciliation(Call call, ReconciliationId reconciliationId) {
            var before = Require.found(reconciliations.lock(call.tx(), reconciliationId.value()));
            call.expect(before.version());
            requireAsked(call, before);
            var after = toApi(job.request(call.tx(), before));
            call.changed(after.id(), toApi(before), after);
            return Reply.ok(after);
        }

        private void requireAsked(Call call, Row row) {
            if (connections.asked(call.tx(), row.scope().connectionId()) == null) {
                var detail = "The connection is disabled or has no API key; enable it, and give it one by `set-api-key`.";
                throw Problem.INVALID_STATE.because(detail).with(Item.pointer("/connection_id", "invalid_state", detail));
            }
        }
    }

    private final class Differences implements ReconciliationDifferencesApi<Call> {

        @Override
        public Reply<Page<ReconciliationDifference>> listReconciliationDifferences(
                Call call, ReconciliationId reconciliationId, ListReconciliationDifferencesQuery query) {
            Require.found(reconciliations.get(call.tx(), reconciliationId.value()));
            var filter = new DifferenceStore.Filter(
                    reconciliationId.value(), query.kind() == null ? null : query.kind().value(),
                    query.difference() == null ? null : query.difference().value());
            return Reply.list(differences.list(call.tx(), call.page(), filter).map(ReconciliationsHandler::toApi));
        }
    }

    static org.guildhall.api.model.Reconciliation toApi(Row row) {
        var counts = row.counts();
        return new org.guildhall.api.model.Reconciliation(
                new ReconciliationId(row.id()), row.externalId(), new ConnectionId(row.scope().connectionId()),
                row.scope().kinds().stream().map(ReconciledKind::fromValue).toList(), row.scope().from(), row.scope().before(), row.repair(),
                ReconciliationState.fromValue(row.state()), counts.compared(), counts.missingHere(), counts.missingThere(), counts.differing(),
                counts.unreadable(), counts.requested(), row.failure(), row.startedAt(), row.finishedAt(), row.createdAt(), row.updatedAt(),
                row.version());
    }

    private static ReconciliationDifference toApi(DifferenceStore.Row row) {
        return new ReconciliationDifference(
                new ReconciliationDifferenceId(row.id()), new ReconciliationId(row.reconciliationId()), ReconciledKind.fromValue(row.kind()),
                row.reference(), entityId(row), DifferenceKind.fromValue(row.difference()),
                row.fields().stream().map(field -> new DifferentField(field.pointer(), field.here(), field.there())).toList(), row.requestedAt(),
                row.createdAt());
    }

    private static @Nullable String entityId(DifferenceStore.Row row) {
        var id = row.entityId();
        if (id == null) {
            return null;
        }
        return switch (row.kind()) {
            case "account" -> new AccountId(id).toString();
            case "subscription" -> new SubscriptionId(id).toString();
            case "invoice" -> new InvoiceId(id).toString();
            case "payment" -> new PaymentId(id).toString();
            case "dispute" -> new DisputeId(id).toString();
            case "payout" -> new PayoutId(id).toString();
            case "coupon_mapping" -> new CouponMappingId(id).toString();
            case "promotion_code" -> new PromotionCodeId(id).toString();
            default -> new RefundId(id).toString();
        };
    }
}
