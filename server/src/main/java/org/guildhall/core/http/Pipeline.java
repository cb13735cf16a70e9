package org.guildhall.core.http;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.guildhall.api.Endpoint;
import org.guildhall.api.Operation;
import org.guildhall.api.Reply;
import org.guildhall.core.audit.Auditor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.data.CommitRecords;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.IdempotencyClaim;
import org.guildhall.core.data.StaleCredentials;
import org.guildhall.core.data.Tx;
import org.guildhall.core.data.WriteTransaction;
import org.guildhall.core.external.ExternalCalls.Leased;
import org.guildhall.core.external.ExternalCalls;
import org.guildhall.core.http.RequestReader.Read;
import org.guildhall.core.http.limits.AnswersInFlight;
import org.guildhall.core.http.limits.Waiting;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.sql.HeavyAnswer;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.Weighed;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a request, identical for every operation:
 *
 * <pre>
 * authenticate → tenant state → rate limit → scope → read + validate → read
 *                                                                    → claim key → HANDLER → audit, stored reply, commit
 * </pre>
 *
 * Each step is driven by the operation's data in the spec; no handler decides about it. {@link ExternalMutations} has the steps of a mutation that needs
 * an answer from outside.
 */
final class Pipeline {

    /** How often a transaction runs that keeps losing deadlocks, before the caller gets 503. */
    private static final int ATTEMPTS_MAX = 5;

    /** Each change of credentials invalidates all cached callers. Many changes at once must not exhaust a request's attempts. */
    private static final int STALE_ATTEMPTS_MAX = 50;

    private final Db db;
    private final AccessControl accessControl;
    private final RequestReader reader;
    private final Idempotency idempotency;
    private final KeyedReplies replies;
    private final ExternalMutations external;
    private final ResponseWriter answers;
    private final Problems problems;
    private final AnswersInFlight inFlight;
    private final Waiting waiting = new Waiting();

    Pipeline(Db db, AccessControl accessControl, RequestReader reader, Idempotency idempotency, ResponseWriter answers, Problems problems,
            AnswersInFlight inFlight, ExternalCalls calls) {
        this.db = db;
        this.accessControl = accessControl;
        this.reader = reader;
        this.idempotency = idempotency;
        this.replies = new KeyedReplies(idempotency, problems);
        this.external = new ExternalMutations(db, calls, idempotency, replies, answers, problems);
        this.answers = answers;
        this.problems = problems;
        this.inFlight = inFlight;
    }

    /** Ends the requests that wait for something to read, since the server stops. */
    void stop() {
        waiting.close();
    }

    /** Runs a request; every failure becomes an answer. */
    Response handle(Exchange exchange, Operation operation, Endpoint<Call> endpoint) {
        for (int attempt = 1; ; attempt++) {
            try {
                var caller = accessControl.enter(exchange, operation);
                var read = reader.read(exchange, operation, caller);
                return operation.mutation()
                        ? sent(exchange, caller, write(exchange, operation, endpoint, caller, read))
                        : read(exchange, operation, endpoint, caller, read);
            } catch (StaleCredentials stale) {
                accessControl.forget(exchange);
                if (attempt == STALE_ATTEMPTS_MAX) {
                    return problems.answer(exchange, Problem.UNAVAILABLE.refusal().retryAfter(1));
                }
            } catch (HeavyAnswer heavy) {
                try {
                    exchange.reservation(inFlight.take(Objects.requireNonNull(exchange.caller()).tenant(), PageWriter.BYTES_MAX));
                } catch (ProblemException busy) {
                    return problems.answer(exchange, busy);
                }
            } catch (ProblemException refusal) {
                // The refusal may rest on a cached caller. If the cache is outdated, the request runs again.
                if (attempt == 1 && accessControl.isOutdated(exchange)) {
                    accessControl.forget(exchange);
                } else {
                    return problems.answer(exchange, refusal);
                }
            } catch (Failures.Retryable lost) {
                if (attempt >= ATTEMPTS_MAX) {
                    return problems.answer(exchange, lost);
                }
            } catch (RuntimeException failed) {
                if (failed instanceof Failures.Unavailable away && away.isGone()) {
                    accessControl.forgetAll();
                }
                return problems.answer(exchange, failed);
            }
        }
    }

    private Response read(Exchange exchange, Operation operation, Endpoint<Call> endpoint, @Nullable Caller caller, Read read) {
        var call = call(exchange, operation, caller, read.page(), read);
        if (caller == null) {
            return answers.answer(exchange, call, read, endpoint.handle(call, read.input()));
        }
        var answer = readOnce(exchange, operation, endpoint, caller, read, call);
        return call.awaiting().isZero() || !waiting.enter(caller.tenant())
                ? answer
                : awaited(exchange, operation, endpoint, caller, read, answer, call.awaiting());
    }

    /** Reads again until there is something to read, or the time is over. Nothing is held in between. */
    private Response awaited(
            Exchange exchange, Operation operation, Endpoint<Call> endpoint, Caller caller, Read read, Response nothing, Duration longest) {
        var answer = nothing;
        long start = System.nanoTime();
        try {
            boolean found = false;
            while (!found && waiting.pause(longest.minusNanos(System.nanoTime() - start))) {
                var call = call(exchange, operation, caller, read.page(), read);
                answer = readOnce(exchange, operation, endpoint, caller, read, call);
                found = call.awaiting().isZero();
            }
        } finally {
            waiting.leave(caller.tenant());
        }
        return answer;
    }

    private Response readOnce(Exchange exchange, Operation operation, Endpoint<Call> endpoint, Caller caller, Read read, Call call) {
        var answer = exchange.hasReservation() ? readLarge(exchange, operation, endpoint, caller, read) : db.read(caller.tenant(), caller.revision(), tx -> {
            tx.light();
            call.within(tx);
            var reply = handled(exchange, endpoint, call, read, tx);
            tx.requireCurrent();
            var light = answers.answer(exchange, call, read, reply);
            if (light.size() > Weighed.BYTES_MAX) {
                throw new HeavyAnswer();
            }
            return light;
        });
        // Taken after the read, so that a request that waits for memory holds no connection.
        if (!exchange.hasReservation() && answer.inFlight() > AnswersInFlight.SMALL_BYTES) {
            exchange.reservation(inFlight.take(caller.tenant(), answer.inFlight()));
        }
        return answer;
    }

    /** A large answer, within reserved memory. A list is written part by part; other answers are bounded by their schema. */
    private Response readLarge(Exchange exchange, Operation operation, Endpoint<Call> endpoint, Caller caller, Read read) {
        return db.read(caller.tenant(), caller.revision(), tx -> {
            Function<@Nullable PageRequest, Call> calls = page -> {
                var call = call(exchange, operation, caller, page, read);
                call.within(tx);
                return call;
            };
            if (operation.list()) {
                return answers.page(exchange, read, calls::apply, call -> handled(exchange, endpoint, call, read, tx));
            }
            var call = calls.apply(read.page());
            return answers.answer(exchange, call, read, handled(exchange, endpoint, call, read, tx));
        });
    }

    /** Calls the handler. If it refuses after a statement, that statement has checked the credentials: the refusal needs no other check. */
    private static Reply<?> handled(Exchange exchange, Endpoint<Call> endpoint, Call call, Read read, Tx tx) {
        try {
            return endpoint.handle(call, read.input());
        } catch (ProblemException refusal) {
            if (tx.isCurrent()) {
                exchange.callerIsCurrent();
            }
            throw refusal;
        }
    }

    private Response write(Exchange exchange, Operation operation, Endpoint<Call> endpoint, @Nullable Caller caller, Read read) {
        if (caller == null) {
            throw new IllegalStateException(operation + " is a mutation without authentication");
        }
        var key = read.dryRun() ? null : read.idempotencyKey();
        var claim = key == null ? null : idempotency.claim(caller, key, operation, read.fingerprint(), exchange.requestId());
        var effect = effect(exchange, operation, endpoint, caller, read, claim);
        return effect.answer() != null ? effect.answer() : external.finish(
                exchange, operation, caller, read, claim, Objects.requireNonNull(effect.leased()), () -> call(exchange, operation, caller, read.page(), read));
    }

    /** The result of the transaction: the answer, or the call outside that it needs. */
    private record Effect(@Nullable Response answer, @Nullable Leased<?, ?> leased) {

        static Effect of(Response answer) {
            return new Effect(answer, null);
        }

        static Effect of(Leased<?, ?> leased) {
            return new Effect(null, leased);
        }
    }

    private Effect effect(
            Exchange exchange, Operation operation, Endpoint<Call> endpoint, Caller caller, Read read, @Nullable IdempotencyClaim claim) {
        try (var write = db.begin(caller.tenant(), caller.revision())) {
            var stored = claim == null ? null : write.claim(claim);
            if (stored != null) {
                return stored.isAwaiting()
                        ? Effect.of(external.resume(exchange, operation, read, write, stored))
                        : Effect.of(idempotency.replay(stored, Objects.requireNonNull(read.idempotencyKey()), read.fingerprint()));
            }
            return effect(exchange, operation, endpoint, read, call(exchange, operation, caller, read.page(), read), write, claim);
        } catch (Failures.Contended busy) {
            throw claim == null ? busy : Problem.IDEMPOTENCY_IN_FLIGHT.refusal().retryAfter(1);
        }
    }

    /** The answer of a committed change is sent even beyond the memory bound. */
    private Response sent(Exchange exchange, @Nullable Caller caller, Response answer) {
        if (caller != null && answer.inFlight() > AnswersInFlight.SMALL_BYTES) {
            exchange.reservation(inFlight.force(caller.tenant(), answer.inFlight()));
        }
        return answer;
    }

    private Effect effect(Exchange exchange, Operation operation, Endpoint<Call> endpoint, Read read, Call call, WriteTransaction write,
            @Nullable IdempotencyClaim claim) {
        try {
            call.within(write.tx());
            var reply = endpoint.handle(call, read.input());
            if (call.ignoredIfMatch()) {
                throw new IllegalStateException(operation + " received If-Match and never compared it");
            }
            if (!call.isUnchanged()) {
                Auditor.requireRecorded(operation, call.changes());
            }
            if (read.dryRun()) {
                write.checkDeferred();
                return Effect.of(answers.dryRun(call, read, reply));
            }
            if (operation.external()) {
                return Effect.of(external.begin(exchange, operation, read, call, write, claim));
            }
            var answer = answers.answer(exchange, call, read, reply);
            var hmac = claim == null ? null : claim.keyHmac();
            var audit = call.isUnchanged() ? null : Auditor.record(
                    operation, call.caller(), call.changes(), call.subjectTenant(), answer.status(), call.reason(read.reason()), call.requestId(), exchange.traceId(), hmac);
            var stored = claim == null ? null : replies.stored(answer, operation, read, changed(call, reply.location()));
            write.commit(new CommitRecords(audit, claim, stored, call.haveCredentialsChanged()));
            return Effect.of(answer);
        } catch (RuntimeException failed) {
            return Effect.of(replies.refused(exchange, operation, read, write, claim, Failures.translate(failed)));
        }
    }

    /** The entity of a stored reply: the one in {@code Location}, else the primary entity of the audit event. */
    private static Changes.@Nullable Change changed(Call call, @Nullable String location) {
        var all = call.changes().all();
        var made = location == null ? "" : location.substring(location.lastIndexOf('/') + 1);
        return all.stream().filter(change -> change.idText().equals(made)).findFirst().orElse(all.isEmpty() ? null : all.getFirst());
    }

    private static Call call(Exchange exchange, Operation operation, @Nullable Caller caller, @Nullable PageRequest page, Read read) {
        var signed = operation.access() == Operation.Access.PUBLIC
                ? new Call.SignedRequest(exchange::header, read.input().raw())
                : null;
        return new Call(operation, caller, exchange.requestId(), exchange.address(), page, read.ifMatch(), signed);
    }
}
