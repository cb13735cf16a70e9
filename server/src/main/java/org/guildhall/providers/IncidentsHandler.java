package org.guildhall.providers;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Incident;
import org.guildhall.api.model.IncidentId;
import org.guildhall.api.model.IncidentPatch;
import org.guildhall.api.model.IncidentSeverity;
import org.guildhall.api.model.IncidentStateChange;
import org.guildhall.api.model.ListIncidentsQuery;
import org.guildhall.api.model.NewIncident;
import org.guildhall.api.model.NewIncidentEvidence;
import org.guildhall.api.model.OperationalTaskId;
import org.guildhall.api.providers.IncidentsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.providers.IncidentStore.Evidence;
import org.guildhall.providers.IncidentStore.Filter;
import org.guildhall.providers.IncidentStore.Origin;
import org.guildhall.providers.IncidentStore.Row;
import org.guildhall.providers.IncidentStore.Values;
import org.jspecify.annotations.Nullable;

/** Incidents of signals: {@code /providers/incidents}. An event has the signal, too, if its status or percentage changes. */
final class IncidentsHandler implements IncidentsApi<Call> {

    private static final String BASE = "/api/v1/providers/incidents/";

    private final SignalStore signals;
    private final IncidentStore incidents;
    private final IncidentEntryStore entries;
    private final SignalChanges changes;

    IncidentsHandler(SignalStore signals, IncidentStore incidents, IncidentEntryStore entries, SignalChanges changes) {
        this.signals = signals;
        this.incidents = incidents;
        this.entries = entries;
        this.changes = changes;
    }

    @Override
    public Reply<Incident> createIncident(Call call, NewIncident body) {
        var tx = call.tx();
        var signal = Require.named(signals.lock(tx, body.signalId().value()), "/signal_id", "signal");
        var values = new Values(
                body.externalId(), body.title(), body.impact(), body.severity().value(), Owners.read(body.owner()), body.recoveryAction(),
                evidence(body.evidence()), value(body.preventionTaskId()), values(body.taskIds()), body.ownerSafeExplanation());
        var batch = new Batch();
        var open = incidents.ofCause(batch, signal.id(), body.cause());
        var earlierId = body.followsIncidentId() == null ? null : body.followsIncidentId().value();
        Supplier<@Nullable Row> earlier = earlierId == null ? () -> null : incidents.get(batch, earlierId);
        var known = knownTasks(batch, values);
        batch.send(tx);
        requireTasks(values, known.get());
        if (earlierId != null) {
            requireEarlier(earlier.get(), signal.id());
        }
        Require.active(signal.state(), "/signal_id", "signal");
        requireFirst(open.get());
        var row = incidents.insert(tx, new Origin(signal.id(), body.cause(), call.caller().consumer(), null, earlierId), values);
        entries.insertLater(tx, row.id(), true, IncidentEntryStore.Values.of("status", "The incident was opened."));
        var incident = IncidentViews.toApi(row);
        call.created(incident.id(), incident);
        changes.record(tx, call.changes().secondary(), signal);
        return Reply.created(BASE + incident.id(), incident);
    }

    @Override
    public Reply<Page<Incident>> listIncidents(Call call, ListIncidentsQuery query) {
        var filter = new Filter(
                query.externalId(), query.state() == null ? null : query.state().value(), query.severity() == null ? null : query.severity().value(),
                query.signalId() == null ? null : query.signalId().value(), query.lane() == null ? null : query.lane().value(), query.owner(),
                new TimeWindow(query.openedAfter(), query.openedFrom(), query.openedBefore()));
        return Reply.list(incidents.list(call.tx(), call.page(), filter).map(IncidentViews::toApi));
    }

    @Override
    public Reply<Incident> getIncident(Call call, IncidentId incidentId) {
        return Reply.ok(IncidentViews.toApi(Require.found(incidents.get(call.tx(), incidentId.value()))));
    }

    @Override
    public Reply<Incident> updateIncident(Call call, IncidentId incidentId, Patch<IncidentPatch> patch) {
        var before = locked(call, incidentId);
        var current = patchable(before);
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(IncidentViews.toApi(before));
        }
        var values = new Values(
                wanted.externalId(), wanted.title(), wanted.impact(), wanted.severity().value(), Owners.read(wanted.owner()), wanted.recoveryAction(),
                evidence(wanted.evidence()), value(wanted.preventionTaskId()), values(wanted.taskIds()), wanted.ownerSafeExplanation());
        var batch = new Batch();
        var known = knownTasks(batch, values);
        batch.send(call.tx());
        requireTasks(values, known.get());
        IncidentRules.requireNotClosed(before.state());
        return changed(call, before, incidents.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<Incident> monitorIncident(Call call, IncidentId incidentId, IncidentStateChange body) {
        return moved(call, incidentId, body, "monitoring", "The incident is watched.");
    }

    @Override
    public Reply<Incident> resolveIncident(Call call, IncidentId incidentId, IncidentStateChange body) {
        return moved(call, incidentId, body, "resolved", "The incident was resolved.");
    }

    @Override
    public Reply<Incident> reopenIncident(Call call, IncidentId incidentId, IncidentStateChange body) {
        return moved(call, incidentId, body, "open", "The incident was reopened.");
    }

    @Override
    public Reply<Incident> closeIncident(Call call, IncidentId incidentId) {
        var tx = call.tx();
        var locks = new Batch();
        var locked = incidents.lockWithSignal(locks, incidentId.value());
        locks.send(tx);
        var before = Require.found(locked.get());
        call.expect(before.version());
        var reads = new Batch();
        var signal = signals.get(reads, before.signalId());
        var noted = incidents.isNoted(reads, before.id());
        var taskState = incidents.taskState(reads, before.preventionTaskId());
        reads.send(tx);
        IncidentRules.requireTransition(before.state(), "closed");
        IncidentRules.requireComplete(
                IncidentRules.missing(!before.evidence().isEmpty(), noted.getAsBoolean(), taskState.get(), before.explanation()));
        entries.insertLater(tx, before.id(), true, IncidentEntryStore.Values.of("status", "The incident was closed."));
        var reply = changed(call, before, incidents.changeState(tx, before.id(), "closed"));
        changes.record(tx, call.changes().secondary(), Objects.requireNonNull(signal.get()));
        return reply;
    }

    private Reply<Incident> moved(Call call, IncidentId incidentId, IncidentStateChange body, String state, String words) {
        var before = locked(call, incidentId);
        IncidentRules.requireTransition(before.state(), state);
        entries.insertLater(call.tx(), before.id(), true, IncidentEntryStore.Values.of("status", words));
        if (body.note() != null) {
            entries.insertLater(call.tx(), before.id(), false, IncidentEntryStore.Values.of("note", body.note()));
        }
        return changed(call, before, incidents.changeState(call.tx(), before.id(), state));
    }

    private Row locked(Call call, IncidentId incidentId) {
        var row = Require.found(incidents.lock(call.tx(), incidentId.value()));
        call.expect(row.version());
        return row;
    }

    private static Reply<Incident> changed(Call call, Row before, Row after) {
        var incident = IncidentViews.toApi(after);
        call.changed(incident.id(), IncidentViews.toApi(before), incident);
        return Reply.ok(incident);
    }

    private static void requireFirst(@Nullable UUID open) {
        if (open != null) {
            throw Problem.ALREADY_EXISTS.because("An incident of the signal with this cause isn't closed.")
                    .with(Item.pointer("/cause", "already_exists", "An incident of the signal with this cause isn't closed."))
                    .member("existing_id", new IncidentId(open).toString());
        }
    }

    private static void requireEarlier(@Nullable Row earlier, UUID signalId) {
        var pointer = "/follows_incident_id";
        var found = Require.named(earlier == null || !earlier.signalId().equals(signalId) ? null : earlier, pointer, "incident of the signal");
        if (!found.state().equals("closed")) {
            throw Problem.INVALID_STATE.at(pointer, "The earlier incident isn't closed. Reopen it instead.");
        }
    }

    private Supplier<List<UUID>> knownTasks(Batch batch, Values values) {
        var ids = new HashSet<>(values.taskIds());
        if (values.preventionTaskId() != null) {
            ids.add(values.preventionTaskId());
        }
        return ids.isEmpty() ? List::of : incidents.tasks(batch, ids);
    }

    /** @throws ProblemException {@code validation_failed} with each task that doesn't exist */
    private static void requireTasks(Values values, List<UUID> known) {
        var wrong = new ArrayList<Item>();
        var ids = Set.copyOf(known);
        if (values.preventionTaskId() != null && !ids.contains(values.preventionTaskId())) {
            wrong.add(Item.pointer("/prevention_task_id", "unknown_reference", "There is no such task."));
        }
        int at = 0;
        for (var id : values.taskIds()) {
            if (!ids.contains(id)) {
                wrong.add(Item.pointer("/task_ids/" + at, "unknown_reference", "There is no such task."));
            }
            at++;
        }
        ProblemException.ifAny(wrong);
    }

    private static IncidentPatch patchable(Row row) {
        return new IncidentPatch(
                row.externalId(), row.title(), row.impact(), IncidentSeverity.fromValue(row.severity()), Owners.patchable(row.owner()),
                row.recoveryAction(), row.evidence().stream().map(IncidentViews::patchable).toList(), IncidentViews.taskId(row.preventionTaskId()),
                row.taskIds().stream().map(OperationalTaskId::new).toList(), row.explanation());
    }

    private static List<Evidence> evidence(@Nullable List<NewIncidentEvidence> evidence) {
        return evidence == null
                ? List.of() : evidence.stream().map(one -> new Evidence(one.kind().value(), one.words(), one.url())).toList();
    }

    private static @Nullable UUID value(@Nullable OperationalTaskId id) {
        return id == null ? null : id.value();
    }

    private static List<UUID> values(@Nullable List<OperationalTaskId> ids) {
        return ids == null ? List.of() : ids.stream().map(OperationalTaskId::value).toList();
    }
}
