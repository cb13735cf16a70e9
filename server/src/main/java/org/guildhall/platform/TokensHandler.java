package org.guildhall.platform;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ConsumerId;
import org.guildhall.api.model.IssuedToken;
import org.guildhall.api.model.ListTokensQuery;
import org.guildhall.api.model.NewToken;
import org.guildhall.api.model.Token;
import org.guildhall.api.model.TokenId;
import org.guildhall.api.model.TokenKind;
import org.guildhall.api.model.TokenPatch;
import org.guildhall.api.model.TokenRotation;
import org.guildhall.api.model.TokenState;
import org.guildhall.api.platform.TokensApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.platform.ConsumerStore.ConsumerStatus;
import org.guildhall.platform.TokenStore.Filter;
import org.guildhall.platform.TokenStore.Row;
import org.guildhall.platform.TokenStore.Values;
import org.jspecify.annotations.Nullable;

/** API tokens: {@code /platform/tokens}. */
final class TokensHandler implements TokensApi<Call> {

    private final TokenStore tokens;
    private final ConsumerStore consumers;
    private final TokenIssuer issuer;

    TokensHandler(TokenStore tokens, ConsumerStore consumers, TokenIssuer issuer) {
        this.tokens = tokens;
        this.consumers = consumers;
        this.issuer = issuer;
    }

    @Override
    public Reply<IssuedToken> createToken(Call call, NewToken body) {
        var kind = body.kind() == null ? TokenKind.SECRET : body.kind();
        var origins = body.origins() == null ? List.<String>of() : body.origins();
        ScopeDelegation.requireHeld(call.caller(), body.scopes(), body.scopes());
        var consumer = consumers.lockStatusShared(call.tx(), body.consumerId().value());
        if (consumer != null) {
            ScopeDelegation.requireActsAs(call.caller(), consumer.actsAs());
        }
        var wrong = new ArrayList<>(ofKind(kind.value(), body.scopes(), origins));
        Instant end = null;
        if (consumer == null) {
            wrong.add(Item.pointer("/consumer_id", "unknown", "There is no such consumer."));
        } else {
            wrong.addAll(ScopeDelegation.beyondConsumer(consumer.scopes(), body.scopes(), body.scopes()));
            end = validExpiry(consumer.lifetime().expiry(body.expiresAt(), consumer.now(), consumer.now()), wrong);
        }
        ProblemException.ifAny(wrong);
        requireActive(Objects.requireNonNull(consumer));
        return issuer.answer(call, issuer.issue(call.tx(), call.caller().mode(), new TokenStore.New(
                body.consumerId().value(), body.externalId(), body.name(), kind.value(), body.scopes(), origins,
                ConsumersHandler.limit(body.rateLimit()), ConsumersHandler.window(body.rateLimit()), end, null)));
    }

    @Override
    public Reply<Page<Token>> listTokens(Call call, ListTokensQuery query) {
        var filter = new Filter(
                query.externalId(),
                query.consumerId() == null ? null : query.consumerId().value(),
                query.state() == null ? null : query.state().value(),
                query.prefix(),
                query.kind() == null ? null : query.kind().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(tokens.list(call.tx(), call.page(), filter).map(TokensHandler::toApi));
    }

    @Override
    public Reply<Token> getToken(Call call, TokenId tokenId) {
        var row = tokens.get(call.tx(), tokenId.value());
        if (row == null) {
            throw Problem.NOT_FOUND.refusal();
        }
        return Reply.ok(toApi(row));
    }

    @Override
    public Reply<Token> updateToken(Call call, TokenId tokenId, Patch<TokenPatch> patch) {
        var before = locked(call, tokenId);
        var current = patchable(before);
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        var batch = new Batch();
        var lockedStatus = consumers.lockStatusOfTokenShared(batch, before.id());
        var replaced = tokens.isReplaced(batch, before.id());
        batch.send(call.tx());
        var consumer = consumerStatus(lockedStatus);
        ScopeDelegation.requireHeld(call.caller(), given(current, wanted), wanted.scopes());
        ScopeDelegation.requireActsAs(call.caller(), consumer.actsAs());
        var wrong = new ArrayList<>(ofKind(before.kind(), wanted.scopes(), wanted.origins()));
        wrong.addAll(ScopeDelegation.beyondConsumer(consumer.scopes(), ScopeDelegation.added(current.scopes(), wanted.scopes()), wanted.scopes()));
        var end = Objects.equals(wanted.expiresAt(), current.expiresAt())
                ? current.expiresAt()
                : validExpiry(consumer.lifetime().expiry(wanted.expiresAt(), before.createdAt(), consumer.now()), wrong);
        if (before.id().equals(call.caller().token())) {
            wrong.addAll(OwnLimit.unusable("/rate_limit", current.rateLimit(), wanted.rateLimit()));
        }
        ProblemException.ifAny(wrong);
        requireActive(before);
        requireActive(consumer);
        if (isLater(before.expiresAt(), end) && replaced.getAsBoolean()) {
            throw Problem.INVALID_STATE.because("The token was rotated: its expiry can be moved to an earlier instant only.");
        }
        return changed(call, before, tokens.update(call.tx(), before, new Values(
                wanted.externalId(), wanted.name(), wanted.scopes(), wanted.origins(), ConsumersHandler.limit(wanted.rateLimit()),
                ConsumersHandler.window(wanted.rateLimit()), end)));
    }

    @Override
    public Reply<IssuedToken> rotateToken(Call call, TokenId tokenId, TokenRotation body) {
        var batch = new Batch();
        var locked = tokens.lock(batch, tokenId.value());
        var replaced = tokens.isReplaced(batch, tokenId.value());
        var lockedStatus = consumers.lockStatusOfTokenShared(batch, tokenId.value());
        batch.send(call.tx());
        var before = expected(call, locked.get());
        ScopeDelegation.requireHeld(call.caller(), before.scopes(), before.scopes());
        var consumer = consumerStatus(lockedStatus);
        ScopeDelegation.requireActsAs(call.caller(), consumer.actsAs());
        requireActive(before);
        if (replaced.getAsBoolean()) {
            throw Problem.INVALID_STATE.because("The token was already rotated. Rotate its successor, or issue a new token.");
        }
        requireActive(consumer);
        var end = consumer.lifetime().ofSuccessor(before.expiresAt(), before.createdAt(), consumer.now());
        var issued = issuer.issue(call.tx(), call.caller().mode(), new TokenStore.New(
                before.consumerId(), null, before.name(), before.kind(), before.scopes(), before.origins(), before.rateLimit(),
                before.rateWindowSeconds(), end, before.id()));
        var reply = issuer.answer(call, issued);
        changed(call, before, tokens.endBy(call.tx(), before.id(), consumer.now().plusSeconds(body.overlapSeconds())));
        return reply;
    }

    @Override
    public Reply<Token> revokeToken(Call call, TokenId tokenId) {
        var before = locked(call, tokenId);
        if (before.state().equals("revoked")) {
            throw Problem.INVALID_STATE.because("The token is already revoked.");
        }
        return changed(call, before, tokens.revoke(call.tx(), before.id()));
    }

    private Row locked(Call call, TokenId tokenId) {
        var batch = new Batch();
        var row = tokens.lock(batch, tokenId.value());
        batch.send(call.tx());
        return expected(call, row.get());
    }

    private static Row expected(Call call, @Nullable Row row) {
        if (row == null) {
            throw Problem.NOT_FOUND.refusal();
        }
        call.expect(row.version());
        return row;
    }

    private static ConsumerStatus consumerStatus(Supplier<@Nullable ConsumerStatus> locked) {
        return Objects.requireNonNull(locked.get(), "a token has a consumer");
    }

    private static void requireActive(Row row) {
        if (!row.state().equals("active")) {
            throw Problem.INVALID_STATE.because("The token is " + row.state() + ".");
        }
    }

    private static void requireActive(ConsumerStatus consumer) {
        if (consumer.state().equals("archived")) {
            throw Problem.INVALID_STATE.because("The consumer is archived, so its tokens can't be used.");
        }
    }

    /** True if the wanted expiry is after the present one; null means no expiry. */
    private static boolean isLater(@Nullable Instant present, @Nullable Instant wanted) {
        return present != null && (wanted == null || wanted.isAfter(present));
    }

    /** The scopes that a patch gives away: the added ones, or all if the patch extends the token's expiry or origins. */
    private static List<String> given(TokenPatch current, TokenPatch wanted) {
        return isLater(current.expiresAt(), wanted.expiresAt()) || !current.origins().containsAll(wanted.origins())
                ? wanted.scopes()
                : ScopeDelegation.added(current.scopes(), wanted.scopes());
    }

    /** Items for members that don't fit the kind: a publishable token needs origins and public scopes, a secret one has no origins. */
    private static List<Item> ofKind(String kind, List<String> scopes, List<String> origins) {
        if (kind.equals("secret")) {
            return origins.isEmpty() ? List.of()
                    : List.of(Item.pointer("/origins", "not_publishable", "`origins` is only allowed for a publishable token."));
        }
        var wrong = new ArrayList<>(ScopeDelegation.beyondPublic(scopes));
        if (origins.isEmpty()) {
            wrong.add(Item.pointer("/origins", "required", "A publishable token needs at least one origin."));
        }
        return wrong;
    }

    private static @Nullable Instant validExpiry(TokenLifetime.Expiry expiry, List<Item> wrong) {
        if (expiry.wrong() != null) {
            wrong.add(expiry.wrong());
        }
        return expiry.end();
    }

    private static Reply<Token> changed(Call call, Row before, Row after) {
        var token = toApi(after);
        call.changed(token.id(), toApi(before), token);
        call.credentialsChanged();
        return Reply.ok(token);
    }

    private static TokenPatch patchable(Row row) {
        return new TokenPatch(row.externalId(), row.name(), row.scopes(), ConsumersHandler.setting(row.rateLimit(), row.rateWindowSeconds()),
                row.origins(), row.expiresAt());
    }

    static Token toApi(Row row) {
        return new Token(
                new TokenId(row.id()), row.externalId(), new ConsumerId(row.consumerId()), row.name(), TokenKind.fromValue(row.kind()),
                row.prefix(), row.scopes(), ConsumersHandler.setting(row.rateLimit(), row.rateWindowSeconds()), row.origins(),
                TokenState.fromValue(row.state()), row.expiresAt(), row.revokedAt(), row.lastUsedAt(),
                row.rotatedFrom() == null ? null : new TokenId(row.rotatedFrom()), row.createdAt(), row.updatedAt(), row.version());
    }
}
