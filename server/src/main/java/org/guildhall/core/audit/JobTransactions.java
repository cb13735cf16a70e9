package org.guildhall.core.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.guildhall.core.data.AuditRecord;
import org.guildhall.core.data.CommitRecords;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.TaskStore;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * The mutations of jobs. Each is one transaction with its audit event, like a request's. Work that records no change leaves no event.
 */
public final class JobTransactions {

    private static final int ATTEMPTS_MAX = 5;

    /**
     * The origin of an event.
     *
     * @param action the action as in the spec: entity type and verb
     * @param category billing, access, ai, migration or provider
     * @param job the job's name
     * @param replayPointer a pointer to the job's input, such as an import's id
     */
    public record Source(String action, String category, String job, Actor actor, @Nullable String replayPointer, @Nullable String reason) {}

    private final Db db;

    public JobTransactions(Db db) {
        this.db = db;
    }

    /**
     * Runs work in a tenant and commits it. The work runs again after a deadlock or a lock timeout, five times at most.
     *
     * @throws ProblemException if the work refuses; nothing is changed then
     */
    public <T> T run(UUID tenant, Source source, BiFunction<Tx, Changes, T> work) {
        return attempts(() -> {
            try (var write = db.begin(tenant, Db.ANY_REVISION)) {
                var changes = new Changes();
                var result = work.apply(write.tx(), changes);
                write.commit(new CommitRecords(changes.isEmpty() ? null : record(source, changes), null, null, false));
                return result;
            }
        });
    }

    /**
     * Runs a task's work and commits it, unless another node has taken the task over.
     *
     * @throws TaskLease.Lost if the lease is lost; nothing is changed then
     */
    public <T> T run(TaskLease lease, Source source, BiFunction<Tx, Changes, T> work) {
        return run(lease.tenant(), source, (tx, changes) -> held(tx, lease, work.apply(tx, changes)));
    }

    /** Runs a task's work without an audit event, under its lease. */
    public <T> T upkeep(TaskLease lease, Function<Tx, T> work) {
        return db.upkeep(lease.tenant(), tx -> held(tx, lease, work.apply(tx)));
    }

    /** Locks the task's row at the end, since the lock blocks the node's own heartbeat. */
    private static <T> T held(Tx tx, TaskLease lease, T result) {
        TaskStore.hold(tx, lease);
        return result;
    }

    /** Several audit events of one transaction. */
    public static final class Events {

        private final Map<Changes, Source> all = new LinkedHashMap<>();

        private Events() {}

        /** Begins an event. It is only written if a change is recorded. */
        public Changes begin(Source source) {
            var changes = new Changes();
            all.put(changes, source);
            return changes;
        }

        private List<AuditRecord> records() {
            return all.entrySet().stream()
                    .filter(event -> !event.getKey().isEmpty())
                    .map(event -> record(event.getValue(), event.getKey()))
                    .toList();
        }
    }

    /** Runs work that records several events in one transaction, atomically. */
    public <T> T runAll(UUID tenant, BiFunction<Tx, Events, T> work) {
        return attempts(() -> {
            try (var write = db.begin(tenant, Db.ANY_REVISION)) {
                var events = new Events();
                var result = work.apply(write.tx(), events);
                var records = events.records();
                if (!records.isEmpty()) {
                    write.tell(records);
                }
                write.commit(CommitRecords.NOTHING);
                return result;
            }
        });
    }

    /** Runs a task's work that records several events, under its lease. */
    public <T> T runAll(TaskLease lease, BiFunction<Tx, Events, T> work) {
        return runAll(lease.tenant(), (tx, events) -> held(tx, lease, work.apply(tx, events)));
    }

    /** Runs a task's work and rolls it back, as a dry run does: constraints are checked, and nothing is changed. */
    public <T> T rehearse(TaskLease lease, BiFunction<Tx, Events, T> work) {
        return attempts(() -> {
            try (var write = db.begin(lease.tenant(), Db.ANY_REVISION)) {
                var result = work.apply(write.tx(), new Events());
                write.checkDeferred();
                return result;
            }
        });
    }

    private static <T> T attempts(Supplier<T> once) {
        for (int attempt = 1; ; attempt++) {
            try {
                return once.get();
            } catch (RuntimeException failed) {
                var translated = Failures.translate(failed);
                boolean again = translated instanceof Failures.Retryable || translated instanceof Failures.Contended;
                if (!again || attempt == ATTEMPTS_MAX) {
                    throw translated;
                }
            }
        }
    }

    private static AuditRecord record(Source source, Changes changes) {
        var entities = new ArrayList<AuditRecord.Entity>(changes.all().size());
        changes.all().forEach(change -> entities.add(Auditor.entity(change)));
        return new AuditRecord(
                Ids.next(), source.actor().type(), source.actor().id(), null, null, source.job(), 0, source.action(), source.category(),
                source.reason(), source.job(), source.replayPointer(), RequestIds.request(), RequestIds.trace(null), null, entities);
    }
}
