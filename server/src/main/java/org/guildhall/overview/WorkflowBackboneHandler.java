package org.guildhall.overview;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.api.Reply;
import org.guildhall.api.model.BackboneCard;
import org.guildhall.api.model.BackboneCounts;
import org.guildhall.api.model.BackboneItem;
import org.guildhall.api.model.BackboneLane;
import org.guildhall.api.model.BackbonePage;
import org.guildhall.api.model.BackboneQueue;
import org.guildhall.api.model.BackboneReadiness;
import org.guildhall.api.model.OperationalTaskId;
import org.guildhall.api.model.OperationalTaskState;
import org.guildhall.api.model.SignalId;
import org.guildhall.api.model.WorkflowBackbone;
import org.guildhall.api.overview.WorkflowBackbonesApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.sql.Batch;
import org.guildhall.providers.Providers;
import org.guildhall.tasks.Tasks;

/** The work that must be done before workflows can run by themselves: {@code /overview/backbone}. */
final class WorkflowBackboneHandler implements WorkflowBackbonesApi<Call> {

    /** The maximal number of items of the platform lane, and of the task lane. */
    private static final int SHOWN_MAX = 100;

    private static final BackbonePage PAGE = new BackbonePage(
            "Product backbone", "Workflow Backbone",
            "The structural layer that turns boards into real product workflows: durable tables, task ownership, provider recovery, money events, and "
                    + "audit-safe actions.");
    private static final String QUEUE = "Implementation queue";
    private static final String ABOUT_QUEUE = "The work that makes every major screen capable of writing, reviewing, recovering, and explaining itself.";

    /** The texts that all items of a lane share. */
    private record LaneTexts(String persistence, String actionModel, String auditEvent) {}

    private static final LaneTexts PLATFORM = new LaneTexts(
            "provider_health_checks, provider_incidents, operational_tasks",
            "Create incident, pause unsafe automation, replay safe events, assign prevention task", "provider.health.reviewed");
    private static final LaneTexts TASK = new LaneTexts(
            "operational_tasks", "Assign owner, set due date, block/unblock, complete with outcome", "operational_task.updated");

    /** Always ready: no change commits without its audit event. */
    private static final BackboneItem AUDIT = new BackboneItem(
            2, "Sensitive action audit trail", BackboneLane.AUDIT, "Security", "Billing, access, AI, migration, provider actions",
            "Make every workflow mutation emit one owner-readable audit record", "audit_log plus source-specific metadata",
            "Capture before/after, actor, entity, source workflow, review outcome, and replay pointer", "audit.event.recorded",
            BackboneReadiness.READY, null, null, null);

    private final Providers providers;
    private final Tasks tasks;

    WorkflowBackboneHandler(Providers providers, Tasks tasks) {
        this.providers = providers;
        this.tasks = tasks;
    }

    @Override
    public Reply<WorkflowBackbone> getWorkflowBackbone(Call call) {
        var batch = new Batch();
        var recovery = providers.recovery(batch, SHOWN_MAX + 1);
        var backlog = tasks.backlog(batch, SHOWN_MAX + 1);
        batch.send(call.tx());
        return Reply.plain(backbone(recovery.get(), backlog.get()));
    }

    private static WorkflowBackbone backbone(Providers.Recovery recovery, Tasks.Backlog backlog) {
        var money = recovery.paymentsBlocked() ? BackboneReadiness.BLOCKED : BackboneReadiness.WATCH;
        var items = new ArrayList<BackboneItem>();
        items.add(money(money));
        items.add(AUDIT);
        recovery.signals().stream().limit(SHOWN_MAX).forEach(signal -> items.add(platform(items.size() + 1, signal)));
        backlog.tasks().stream().limit(SHOWN_MAX).forEach(task -> items.add(task(items.size() + 1, task)));
        var counts = counts(money, recovery, backlog);
        boolean more = recovery.signals().size() > SHOWN_MAX || backlog.tasks().size() > SHOWN_MAX;
        return new WorkflowBackbone(PAGE, counts, cards(counts), new BackboneQueue(QUEUE, ABOUT_QUEUE, items, more));
    }

    private static BackboneCounts counts(BackboneReadiness money, Providers.Recovery recovery, Tasks.Backlog backlog) {
        long signals = recovery.degraded() + recovery.blocked();
        long unfinished = backlog.open() + backlog.inProgress() + backlog.blocked();
        return new BackboneCounts(
                1L, recovery.degraded() + backlog.inProgress() + (money == BackboneReadiness.WATCH ? 1 : 0),
                recovery.blocked() + backlog.blocked() + (money == BackboneReadiness.BLOCKED ? 1 : 0),
                2L + (signals > 0 ? 1 : 0) + (unfinished > 0 ? 1 : 0), 1L, signals, unfinished, 1L);
    }

    private static List<BackboneCard> cards(BackboneCounts counts) {
        return List.of(
                card("Ready", counts.ready(), "Backbone items that already have a workable structural path."),
                card("Watch", counts.watch(), "Items that need implementation before they should automate anything."),
                card("Blocked", counts.blocked(), "Items that should block unsafe automation or release."),
                card("Lanes", counts.lanes(), "Money, platform, task, and audit lanes represented."),
                card("Money", counts.money(), "Payment events, ledgers, retries, invoices, refunds, GST, and recovery."),
                card("Platform", counts.platform(), "Provider checks, incidents, webhook delivery, API consumers, and integration drift."),
                card("Tasks", counts.tasks(), "Owners, due state, blocked reasons, outcomes, and source workflow links."),
                card("Audit", counts.audit(), "Actor, before/after, review outcome, replay pointer, and sensitive action evidence."));
    }

    private static BackboneCard card(String label, long figure, String words) {
        return new BackboneCard(label, Long.toString(figure), words);
    }

    private static BackboneItem money(BackboneReadiness readiness) {
        return new BackboneItem(
                1, "Payment provider event ledger", BackboneLane.MONEY, "Billing", "Stripe AU / GoCardless AU / payment.failed webhooks",
                "Wire provider events into payment state, retry policy, and visible member ledger",
                "payments, ledger_entries, webhook_deliveries, provider_incidents",
                "Store event, map to payment/invoice/member, queue retry or recovery task, write audit event", "payment_provider_event.ingested",
                readiness, null, null, null);
    }

    private static BackboneItem platform(int position, Providers.RecoverySignal signal) {
        return new BackboneItem(
                position, signal.name(), BackboneLane.PLATFORM, signal.owner(), signal.lane(), signal.recoveryAction(), PLATFORM.persistence(),
                PLATFORM.actionModel(), PLATFORM.auditEvent(), signal.blocked() ? BackboneReadiness.BLOCKED : BackboneReadiness.WATCH,
                new SignalId(signal.id()), null, null);
    }

    private static BackboneItem task(int position, Tasks.BacklogTask task) {
        var readiness = switch (task.state()) {
            case "in_progress" -> BackboneReadiness.WATCH;
            case "blocked" -> BackboneReadiness.BLOCKED;
            default -> null;
        };
        return new BackboneItem(
                position, task.title(), BackboneLane.TASK, task.owner(), task.workflow(), task.detail(), TASK.persistence(), TASK.actionModel(),
                TASK.auditEvent(), readiness, null, new OperationalTaskId(task.id()), OperationalTaskState.fromValue(task.state()));
    }
}
