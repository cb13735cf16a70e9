package org.guildhall.core.http;

import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.guildhall.api.Endpoint;
import org.guildhall.api.Operation;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.data.Claim;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.Finish;
import org.guildhall.core.data.HeavyAnswer;
import org.guildhall.core.data.Kept;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.StaleCredentials;
import org.guildhall.core.data.Weighed;
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

    /** Each change of credentials makes all callers known anew: many of them at once must not use up a caller's attempts. */
    private static final int STALE_ATTEMPTS_MAX = 50;

    /** Refusals that the handler decided, and that are kept for an idempotency key. */
    private static final Set<Integer> DECIDED = Set.of(404, 409, 422);

    private final Db db;
    private final Gate gate;
    private final RequestReader reader;
    private final Idempotency idempotency;
    private final Answers answers;
    private final Problems problems;
    private final AnswersInFlight inFlight;

    Pipeline(Db db, Gate gate, RequestReader reader, Idempotency idempotency, Answers answers, Problems problems, AnswersInFlight inFlight) {
        this.db = db;
        this.gate = gate;
        this.reader = reader;
        this.idempotency = idempotency;
        this.answers = answers;
        this.problems = problems;
        this.inFlight = inFlight;
    }

    /** Takes a request all the way; whatever happens becomes an answer. */
    Answer handle(Exchange exchange, Operation operation, Endpoint<Call> endpoint) {
        for (int attempt = 1; ; attempt++) {
            try {
                var caller = gate.enter(exchange, operation);
                var read = reader.read(exchange, operation, caller);
                return operation.mutation()
                        ? sent(exchange, caller, write(exchange, operation, endpoint, caller, read))
                        : read(exchange, operation, endpoint, caller, read);
            } catch (StaleCredentials stale) {
                gate.forget(exchange);
                if (attempt == STALE_ATTEMPTS_MAX) {
                    return problems.answer(exchange, Problem.UNAVAILABLE.refusal().retryAfter(1));
                }
            } catch (HeavyAnswer heavy) {
                try {
                    exchange.room(inFlight.take(Objects.requireNonNull(exchange.caller()).tenant(), PageWriter.BYTES_MAX));
                } catch (Refusal busy) {
                    return problems.answer(exchange, busy);
                }
            } catch (Refusal refusal) {
                // A refusal may rest on what was remembered of the caller: it only counts if that still holds.
                if (attempt == 1 && gate.isOutdated(exchange, refusal)) {
                    gate.forget(exchange);
                } else {
                    return problems.answer(exchange, refusal);
                }
            } catch (Failures.Retryable lost) {
                if (attempt >= ATTEMPTS_MAX) {
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
        var call = call(exchange, operation, caller, read.page(), read);
        if (caller == null) {
            return answers.answer(exchange, call, read, endpoint.handle(call, read.input()));
        }
        var answer = exchange.hasRoom() ? largely(exchange, operation, endpoint, caller, read) : db.read(caller.tenant(), caller.revision(), tx -> {
            tx.light();
            call.within(tx);
            var reply = endpoint.handle(call, read.input());
            tx.requireCurrent();
            var light = answers.answer(exchange, call, read, reply);
            if (light.size() > Weighed.BYTES_MAX) {
                throw new HeavyAnswer();
            }
            return light;
        });
        // Only now: who waits for room holds no connection.
        if (!exchange.hasRoom() && answer.inFlight() > AnswersInFlight.SMALL_BYTES) {
            exchange.room(inFlight.take(caller.tenant(), answer.inFlight()));
        }
        return answer;
    }

    /** A large answer, with room for it taken: a page is put together part by part, anything else is bounded by itself. */
    private Answer largely(Exchange exchange, Operation operation, Endpoint<Call> endpoint, Caller caller, Read read) {
        return db.read(caller.tenant(), caller.revision(), tx -> {
            Function<@Nullable PageRequest, Call> calls = page -> {
                var call = call(exchange, operation, caller, page, read);
                call.within(tx);
                return call;
            };
            if (operation.list()) {
                return answers.page(exchange, read, calls::apply, call -> endpoint.handle(call, read.input()));
            }
            var call = calls.apply(read.page());
            return answers.answer(exchange, call, read, endpoint.handle(call, read.input()));
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
            return effect(exchange, operation, endpoint, read, call(exchange, operation, caller, read.page(), read), write, claim);
        } catch (Failures.Contended busy) {
            throw key == null ? busy : Problem.IDEMPOTENCY_IN_FLIGHT.refusal().retryAfter(1);
        }
    }

    /** What has happened is answered, however much is on its way. */
    private Answer sent(Exchange exchange, @Nullable Caller caller, Answer answer) {
        if (caller != null && answer.inFlight() > AnswersInFlight.SMALL_BYTES) {
            exchange.room(inFlight.force(caller.tenant(), answer.inFlight()));
        }
        return answer;
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
            var kept = claim == null ? null : kept(answer, operation, read, changed(call, reply.location()));
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

    /** The entity that an outcome names: the one that {@code Location} leads to, else the one that the event is about. */
    private static Changes.@Nullable Change changed(Call call, @Nullable String location) {
        var all = call.changes().all();
        var made = location == null ? "" : location.substring(location.lastIndexOf('/') + 1);
        return all.stream().filter(change -> change.idText().equals(made)).findFirst().orElse(all.isEmpty() ? null : all.getFirst());
    }

    private Kept kept(Answer answer, Operation operation, Read read, Changes.@Nullable Change entity) {
        return idempotency.keep(answer, Objects.requireNonNull(read.idempotencyKey()), operation, read.fingerprint(),
                entity == null ? null : entity.entityType(), entity == null ? null : entity.id());
    }

    private static Call call(Exchange exchange, Operation operation, @Nullable Caller caller, @Nullable PageRequest page, Read read) {
        return new Call(operation, caller, exchange.requestId(), exchange.address(), page, read.ifMatch());
    }
}
