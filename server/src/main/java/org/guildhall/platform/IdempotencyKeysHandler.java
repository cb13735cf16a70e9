package org.guildhall.platform;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.api.Reply;
import org.guildhall.api.model.IdempotencyOutcome;
import org.guildhall.api.model.IdempotencyResult;
import org.guildhall.api.platform.IdempotencyKeysApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.http.Idempotency;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;

/** The outcome of the caller's own idempotency keys: {@code /platform/idempotency-keys}. */
final class IdempotencyKeysHandler implements IdempotencyKeysApi<Call> {

    private final IdempotencyKeyStore store;
    private final Idempotency idempotency;
    private final EntityIds entities;

    IdempotencyKeysHandler(IdempotencyKeyStore store, Idempotency idempotency, EntityIds entities) {
        this.store = store;
        this.idempotency = idempotency;
        this.entities = entities;
    }

    @Override
    public Reply<IdempotencyOutcome> getIdempotencyOutcome(Call call, String text) {
        var key = Idempotency.key(text);
        if (key == null) {
            throw Problem.INVALID_PARAMETER.because("An idempotency key must have 1 to 255 visible ASCII characters.")
                    .with(Item.parameter("key", "malformed", "An idempotency key must have 1 to 255 visible ASCII characters."));
        }
        var hmacs = new ArrayList<byte[]>();
        hmacs.add(idempotency.hmac(call.caller(), key));
        hmacs.addAll(List.of(idempotency.olderHmacs(call.caller(), key)));
        var row = store.find(call.tx(), hmacs);
        if (row == null) {
            throw Problem.NOT_FOUND.because("No request with this key was committed, or the key has expired.");
        }
        boolean committed = row.status() < 300;
        return Reply.plain(new IdempotencyOutcome(
                committed ? IdempotencyResult.COMMITTED : IdempotencyResult.REFUSED, row.operation(), row.status(), row.entityType(),
                row.entityType() == null || row.entityId() == null ? null : entities.id(row.entityType(), row.entityId()), row.requestId(),
                row.createdAt()));
    }
}
