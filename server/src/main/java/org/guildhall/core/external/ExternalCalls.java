package org.guildhall.core.external;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.guildhall.api.Operation;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.external.ExternalCall.Recorded;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/**
 * The calls outside of all operations with {@code x-external}. A call is leased while it runs, so that a row has one at once. A task makes it again if its
 * node has died, or nobody has repeated the request.
 */
public final class ExternalCalls {

    /** The task that makes a call again, by the id of its row. */
    public static final String TASK = "repeat-external-calls";

    /** Longer than a call can take. */
    static final int LEASE_SECONDS = 30;

    /** Calls of this node at once. Each holds a thread, while the other side may not answer. */
    private static final int CALLS_MAX = 64;

    private static final Duration BUSY_WAIT = Duration.ofSeconds(1);

    private final Map<Operation, ExternalCall<?, ?>> calls = new EnumMap<>(Operation.class);
    private final ExternalCallStore store = new ExternalCallStore();
    private final Semaphore free = new Semaphore(CALLS_MAX);
    private final TaskQueue queue;

    /** @param jobs the connections of jobs */
    public ExternalCalls(TaskQueue queue, Db jobs) {
        this.queue = queue;
        queue.on(TASK, TaskQueue.Policy.DUE, new RepeatExternalCallsJob(this, store, new JobTransactions(jobs)));
    }

    /** Sets the call of an operation. */
    public void on(Operation operation, ExternalCall<?, ?> call) {
        if (!operation.external() || calls.put(operation, call) != null) {
            throw new IllegalStateException(operation + " isn't x-external, or has two calls outside");
        }
    }

    /** @throws IllegalStateException if an operation with {@code x-external} has no call */
    public void requireAll() {
        for (var operation : Operation.values()) {
            if (operation.external() && !calls.containsKey(operation)) {
                throw new IllegalStateException(operation + " is x-external but has no call outside");
            }
        }
    }

    /** Leases the call of a row for a request. Null if it runs already. A task repeats the call if its answer isn't recorded soon. */
    public @Nullable Leased<?, ?> lease(Tx tx, Operation operation, UUID id) {
        var leased = leased(tx, operation, id);
        if (leased != null) {
            queue.enqueueAt(tx, TASK, id, tx.now().plusSeconds(LEASE_SECONDS));
        }
        return leased;
    }

    @Nullable Leased<?, ?> leased(Tx tx, Operation operation, UUID id) {
        return leased(tx, operation, id, Objects.requireNonNull(calls.get(operation)));
    }

    private <P, A> @Nullable Leased<P, A> leased(Tx tx, Operation operation, UUID id, ExternalCall<P, A> call) {
        var attempt = store.lease(tx, id, operation.id(), LEASE_SECONDS);
        return attempt == null ? null : new Leased<>(call, id, attempt, call.plan(tx, id));
    }

    /** A leased call: it is made, and then its answer is recorded. */
    public final class Leased<P, A> {

        private final ExternalCall<P, A> call;
        private final UUID id;
        private final int attempt;
        private final P plan;
        private @Nullable A answer;

        private Leased(ExternalCall<P, A> call, UUID id, int attempt, P plan) {
            this.call = call;
            this.id = id;
            this.attempt = attempt;
            this.plan = plan;
        }

        /** The action of the audit event that records the answer. */
        public String action() {
            return call.action();
        }

        int attempt() {
            return attempt;
        }

        /** Calls outside; no transaction may be open. */
        public void ask() throws ExternalFailure {
            if (!free.tryAcquire()) {
                throw new ExternalFailure("Too many calls to providers are running at once. Try again.", BUSY_WAIT);
            }
            try {
                answer = call.ask(plan);
            } finally {
                free.release();
            }
        }

        /** Records the answer. */
        public Recorded record(Tx tx, Changes changes) {
            var recorded = call.record(tx, changes, id, Objects.requireNonNull(answer));
            store.delete(tx, id);
            return recorded;
        }

        /** Ends the lease of a call without an answer, so that the next attempt needn't wait. */
        public void release(Tx tx) {
            store.release(tx, id, attempt);
        }

        /** Ends the row, since no further call is made. */
        void abandon(Tx tx, Changes changes) {
            call.abandon(tx, changes, id);
            store.delete(tx, id);
        }
    }
}
