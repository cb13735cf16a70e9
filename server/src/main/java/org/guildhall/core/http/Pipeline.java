package org.guildhall.core.http;

import java.util.Objects;
import java.util.Set;
import org.guildhall.api.Endpoint;
import org.guildhall.api.Operation;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.data.Claim;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.Finish;
import org.guildhall.core.data.Kept;
import org.guildhall.core.data.StaleCredentials;
import org.guildhall.core.data.Write;
import org.guildhall.core.http.RequestReader.Read;
import org.jspecify.annotations.Nullable;

/**
 * The way of a request, the same for every operation:
 *
 * <pre>
 * authenticate → tenant state → rate limit → scope → read + validate → read
 *                                                                    → claim key → HANDLER → audit, kept reply, commit
 * </pre>
 *
 * What an operation asks for at each step is data of the spec; no handler decides any of it.
 */
final class Pipeline {

    /** How often a transaction that lost a deadlock is run again before the caller is told to. */
    private static final int ATTEMPTS_MAX = 5;

    /** Refusals that the handler decided, and that are kept for an idempotency key. */
    private static final Set<Integer> DECIDED = Set.of(404, 409, 422);

    private final Db db;
    private final Gate gate;
    private final RequestReader reader;
    private final Idempotency idempotency;
    private final Answers answers;
    private final Problems problems;

    Pipeline(Db db, Gate gate, RequestReader reader, Idempotency idempotency, Answers answers, Problems problems) {
        this.db = db;
        this.gate = gate;
        this.reader = reader;
        this.idempotency = idempotency;
        this.answers = answers;
        this.problems = problems;
    }

    /** Takes a request all the way; whatever happens becomes an answer. */
    Answer handle(Exchange exchange, Operation operation, Endpoint<Call> endpoint) {
        for (int attempt = 1; ; attempt++) {
            try {
                var caller = gate.enter(exchange, operation);
                var read = reader.read(exchange, operation, caller);
                return operation.mutation() ? write(exchange, operation, endpoint, caller, read) : read(exchange, operation, endpoint, caller, read);
            } catch (StaleCredentials stale) {
                gate.forget(exchange);
                if (attempt == ATTEMPTS_MAX) {
                    return problems.answer(exchange, Problem.UNAVAILABLE.refusal().retryAfter(1));
                }
            } catch (Refusal refusal) {
                // A refusal may rest on what was remembered of the caller: it only counts if that still holds.
                if (attempt == 1 && gate.isOutdated(exchange, refusal)) {
                    gate.forget(exchange);
                } else {
                    return problems.answer(exchange, refusal);
                }
            } catch (Failures.Retryable lost) {
                if (attempt == ATTEMPTS_MAX) {
                    return problems.answer(exchange, lost);
                }
            } catch (RuntimeException failed) {
                if (failed instanceof Failures.Unavailable away && away.isGone()) {
                    gate.forgetAll();
                }
                return problems.answer(exchange, failed);
            }
        }
    }

    private Answer read(Exchange exchange, Operation operation, Endpoint<Call> endpoint, @Nullable Caller caller, Read read) {
        var call = call(exchange, operation, caller, read);
        if (caller == null) {
            return answers.answer(exchange, call, read, endpoint.handle(call, read.input()));
        }
        return db.read(caller.tenant(), caller.revision(), tx -> {
            call.within(tx);
            var reply = endpoint.handle(call, read.input());
            tx.requireCurrent();
            return answers.answer(exchange, call, read, reply);
        });
    }

    private Answer write(Exchange exchange, Operation operation, Endpoint<Call> endpoint, @Nullable Caller caller, Read read) {
        if (caller == null) {
            throw new IllegalStateException(operation + " changes something and lets anybody in");
        }
        var key = read.dryRun() ? null : read.idempotencyKey();
        var claim = key == null ? null : idempotency.claim(caller, key, operation, read.fingerprint(), exchange.requestId());
        try (var write = db.begin(caller.tenant(), caller.revision())) {
            var kept = claim == null ? null : write.claim(claim);
            if (kept != null && key != null) {
                return idempotency.replay(kept, key, read.fingerprint());
            }
            return effect(exchange, operation, endpoint, read, call(exchange, operation, caller, read), write, claim);
        } catch (Failures.Contended busy) {
            throw key == null ? busy : Problem.IDEMPOTENCY_IN_FLIGHT.refusal().retryAfter(1);
        }
    }

    private Answer effect(Exchange exchange, Operation operation, Endpoint<Call> endpoint, Read read, Call call, Write write,
            @Nullable Claim claim) {
        try {
            call.within(write.tx());
            var reply = endpoint.handle(call, read.input());
            if (call.ignoredIfMatch()) {
                throw new IllegalStateException(operation + " was sent If-Match and compared nothing");
            }
            if (!call.isUnchanged()) {
                Auditor.requireTold(call);
            }
            if (read.dryRun()) {
                write.checkDeferred();
                return answers.dryRun(call, read, reply);
            }
            var answer = answers.answer(exchange, call, read, reply);
            var hmac = claim == null ? null : claim.keyHmac();
            var audit = call.isUnchanged() ? null : Auditor.record(call, answer.status(), read.reason(), exchange.traceId(), hmac);
            var kept = claim == null ? null : kept(answer, operation, read, call);
            write.commit(new Finish(audit, claim, kept, call.haveCredentialsChanged()));
            return answer;
        } catch (RuntimeException failed) {
            return refused(exchange, operation, read, write, claim, Failures.translate(failed));
        }
    }

    /** Keeps for the key what the handler decided; anything else takes the claim back with the effect. */
    private Answer refused(Exchange exchange, Operation operation, Read read, Write write, @Nullable Claim claim, RuntimeException failed) {
        if (failed instanceof Failures.Contended) {
            // The key is ours: what was waited for in vain is a row, and trying again is right.
            throw Problem.UNAVAILABLE.because("Another change of the same resource takes too long.").retryAfter(1);
        }
        if (!(failed instanceof Refusal) && !(failed instanceof Failures.Violation)) {
            throw failed;
        }
        var refusal = problems.refusal(failed);
        if (claim == null || !DECIDED.contains(refusal.problem().status())) {
            throw refusal;
        }
        var answer = problems.answer(exchange, refusal);
        var other = write.commitRefusal(claim, kept(answer, operation, read, null));
        return other == null ? answer : idempotency.replay(other, Objects.requireNonNull(read.idempotencyKey()), read.fingerprint());
    }

    private Kept kept(Answer answer, Operation operation, Read read, @Nullable Call call) {
        var primary = call == null || call.changes().isEmpty() ? null : call.changes().all().getFirst();
        return idempotency.keep(answer, Objects.requireNonNull(read.idempotencyKey()), operation, read.fingerprint(),
                primary == null ? null : primary.entityType(), primary == null ? null : primary.id());
    }

    private static Call call(Exchange exchange, Operation operation, @Nullable Caller caller, Read read) {
        return new Call(operation, caller, exchange.requestId(), exchange.address(), read.page(), read.ifMatch());
    }
}
