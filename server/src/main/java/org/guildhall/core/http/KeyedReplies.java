package org.guildhall.core.http;

import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.guildhall.api.Operation;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.IdempotencyClaim;
import org.guildhall.core.data.StoredReply;
import org.guildhall.core.data.WriteTransaction;
import org.guildhall.core.http.RequestReader.Read;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** The replies that are stored for idempotency keys: successes, and refusals that the handler decided. */
final class KeyedReplies {

    /** The handler's refusals that are stored for an idempotency key. */
    private static final Set<Integer> DECIDED = Set.of(404, 409, 422);

    private final Idempotency idempotency;
    private final Problems problems;

    KeyedReplies(Idempotency idempotency, Problems problems) {
        this.idempotency = idempotency;
        this.problems = problems;
    }

    /** Stores a decided refusal for the key. On any other failure the claim is rolled back with the effect. */
    Response refused(Exchange exchange, Operation operation, Read read, WriteTransaction write, @Nullable IdempotencyClaim claim, RuntimeException failed) {
        if (failed instanceof Failures.Contended) {
            // The request holds the key already, so it waited for a row lock. A retry is right.
            throw Problem.UNAVAILABLE.because("Another change of the same resource takes too long. Try again.").retryAfter(1);
        }
        if (!(failed instanceof ProblemException) && !(failed instanceof Failures.Violation)) {
            throw failed;
        }
        if (write.tx().isCurrent()) {
            exchange.callerIsCurrent();
        }
        var refusal = problems.refusal(failed);
        if (refusal.isIncomplete()) {
            write.rollback();
            refusal.complete(write.tx().afterwards());
        }
        if (claim == null || !DECIDED.contains(refusal.problem().status())) {
            throw refusal;
        }
        var answer = problems.answer(exchange, refusal);
        var other = write.commitRefusal(claim, stored(answer, operation, read, null));
        return other == null ? answer : idempotency.replay(other, Objects.requireNonNull(read.idempotencyKey()), read.fingerprint());
    }

    /** The stored form of an answer. @param entity the changed resource; null for none */
    StoredReply stored(Response answer, Operation operation, Read read, Changes.@Nullable Change entity) {
        return idempotency.keep(answer, Objects.requireNonNull(read.idempotencyKey()), operation, read.fingerprint(), type(entity), id(entity));
    }

    /** The stored form of a request whose reply needs a call outside. */
    StoredReply awaiting(Read read, Changes.Change entity) {
        return StoredReply.awaiting(read.fingerprint(), entity.entityType(), entity.id());
    }

    private static @Nullable String type(Changes.@Nullable Change entity) {
        return entity == null ? null : entity.entityType();
    }

    private static @Nullable UUID id(Changes.@Nullable Change entity) {
        return entity == null ? null : entity.id();
    }
}
