package org.guildhall.core.http;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.guildhall.api.Operation;
import org.guildhall.core.audit.Auditor;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.data.CommitRecords;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.IdempotencyClaim;
import org.guildhall.core.data.StoredReply;
import org.guildhall.core.data.WriteTransaction;
import org.guildhall.core.external.ExternalCalls;
import org.guildhall.core.external.ExternalCalls.Leased;
import org.guildhall.core.external.ExternalFailure;
import org.guildhall.core.http.RequestReader.Read;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a mutation whose reply needs an answer from outside ({@code x-external}):
 *
 * <pre>
 * claim key → HANDLER → row, audit event, awaiting key: commit → call outside, without a connection → answer, audit event, stored reply: commit
 * </pre>
 *
 * A retry after the first commit finds the row by its key and goes on from there. From that commit on the request must not run again from its start:
 * without a key it would make a second row.
 */
final class ExternalMutations {

    private static final int ATTEMPTS_MAX = 5;
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final int WAIT_SECONDS_MAX = 3_600;

    private final Db db;
    private final ExternalCalls calls;
    private final Idempotency idempotency;
    private final KeyedReplies replies;
    private final ResponseWriter answers;
    private final Problems problems;

    ExternalMutations(Db db, ExternalCalls calls, Idempotency idempotency, KeyedReplies replies, ResponseWriter answers, Problems problems) {
        this.db = db;
        this.calls = calls;
        this.idempotency = idempotency;
        this.replies = replies;
        this.answers = answers;
        this.problems = problems;
    }

    /** Commits the effect of the handler with its records. The reply isn't known yet. @return the call that must follow */
    Leased<?, ?> begin(Exchange exchange, Operation operation, Read read, Call call, WriteTransaction write, @Nullable IdempotencyClaim claim) {
        var row = call.changes().all().getFirst();
        var leased = calls.lease(call.tx(), operation, row.id());
        if (leased == null) {
            throw Problem.CONFLICT.because("The provider is being asked for this resource already. Try again.").retryAfter(1);
        }
        var audit = Auditor.record(
                operation, call.caller(), call.changes(), call.subjectTenant(), operation.status(), call.reason(read.reason()), call.requestId(),
                exchange.traceId(), claim == null ? null : claim.keyHmac());
        write.commit(new CommitRecords(audit, claim, claim == null ? null : replies.awaiting(read, row), false));
        exchange.callerIsCurrent();
        return leased;
    }

    /** Leases the call of an earlier request with the same key. @throws ProblemException if that request is still running */
    Leased<?, ?> resume(Exchange exchange, Operation operation, Read read, WriteTransaction write, StoredReply stored) {
        idempotency.requireSame(stored, read.fingerprint());
        var leased = calls.lease(write.tx(), operation, Objects.requireNonNull(stored.entityId()));
        if (leased == null) {
            throw Problem.IDEMPOTENCY_IN_FLIGHT.refusal().retryAfter(1);
        }
        write.commit(CommitRecords.NOTHING);
        exchange.callerIsCurrent();
        return leased;
    }

    /** Calls outside and records the answer. No transaction may be open. @param second makes the call for the second transaction */
    Response finish(
            Exchange exchange, Operation operation, Caller caller, Read read, @Nullable IdempotencyClaim claim, Leased<?, ?> leased, Supplier<Call> second) {
        try {
            leased.ask();
        } catch (ExternalFailure failure) {
            release(caller, leased);
            var wait = failure.asked() == null ? WAIT : failure.asked();
            throw Problem.UNAVAILABLE.because(failure.getMessage() + " It is asked again; so does a retry with the same Idempotency-Key.")
                    .retryAfter((int) Math.clamp(wait.toSeconds(), 1, WAIT_SECONDS_MAX));
        } catch (RuntimeException failed) {
            release(caller, leased);
            throw new IllegalStateException("the call outside of " + operation + " failed", failed);
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return record(exchange, operation, caller, read, claim, leased, second.get());
            } catch (Failures.Retryable | Failures.Contended lost) {
                if (attempt == ATTEMPTS_MAX) {
                    release(caller, leased);
                    throw Problem.UNAVAILABLE.because("The answer of the provider couldn't be stored. Try again.").retryAfter(1);
                }
            }
        }
    }

    private void release(Caller caller, Leased<?, ?> leased) {
        db.upkeep(caller.tenant(), tx -> {
            leased.release(tx);
            return true;
        });
    }

    /** The second transaction doesn't check the caller's token again: a request that was admitted is finished, even if the token was revoked meanwhile. */
    private Response record(
            Exchange exchange, Operation operation, Caller caller, Read read, @Nullable IdempotencyClaim claim, Leased<?, ?> leased, Call call) {
        try (var write = db.begin(caller.tenant(), Db.ANY_REVISION)) {
            var stored = claim == null ? null : write.claim(claim);
            if (stored != null && !stored.isAwaiting()) {
                return idempotency.replay(stored, Objects.requireNonNull(read.idempotencyKey()), read.fingerprint());
            }
            call.within(write.tx());
            var recorded = leased.record(write.tx(), call.changes());
            var answer = recorded.refusal() == null
                    ? answers.answer(exchange, call, read, Objects.requireNonNull(recorded.reply()))
                    : problems.answer(exchange, recorded.refusal());
            var audit = call.changes().isEmpty() ? null : Auditor.record(
                    operation, leased.action(), call.caller(), call.changes(), answer.status(), call.reason(read.reason()), call.requestId(), exchange.traceId(),
                    claim == null ? null : claim.keyHmac());
            // A key that is no longer kept has no row to be answered in.
            var kept = stored == null ? null : replies.stored(answer, operation, read, call.changes().all().stream().findFirst().orElse(null));
            write.commit(new CommitRecords(audit, stored == null ? null : claim, kept, false));
            return answer;
        } catch (RuntimeException failed) {
            throw Failures.translate(failed);
        }
    }
}
