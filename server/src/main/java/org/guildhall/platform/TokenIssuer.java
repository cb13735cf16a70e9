package org.guildhall.platform;

import org.guildhall.api.Reply;
import org.guildhall.api.model.IssuedToken;
import org.guildhall.core.auth.ApiToken.Mark;
import org.guildhall.core.auth.ApiToken;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;

/** Issues tokens: generates one, stores its HMAC, and returns it in clear once. */
final class TokenIssuer {

    /** A stored token with its clear text, which is not stored. */
    record Issued(TokenStore.Row row, String clear) {
        @Override
        public String toString() {
            return row.prefix();
        }
    }

    private final Keys keys;
    private final TokenStore tokens;

    TokenIssuer(Keys keys, TokenStore tokens) {
        this.keys = keys;
        this.tokens = tokens;
    }

    /** @param mode the tenant's mode, which becomes part of the token's prefix unless the token is publishable */
    Issued issue(Tx tx, String mode, TokenStore.New token) {
        var generated = ApiToken.issue(mark(token.kind(), mode));
        var row = tokens.insert(tx, token, new TokenStore.StoredSecret(generated.prefix(), generated.hmac(keys), keys.current()));
        return new Issued(row, generated.clear());
    }

    /** Records the issue without the secret, and returns the token with its secret. */
    Reply<IssuedToken> answer(Call call, Issued issued) {
        var token = TokensHandler.toApi(issued.row());
        call.created(token.id(), token);
        call.credentialsChanged();
        return Reply.created("/api/v1/platform/tokens/" + token.id(), new IssuedToken(
                token.id(), token.externalId(), token.consumerId(), token.name(), token.kind(), token.prefix(), token.scopes(),
                token.rateLimit(), token.origins(), token.state(), token.expiresAt(), token.revokedAt(), token.lastUsedAt(),
                token.rotatedFrom(), token.createdAt(), token.updatedAt(), token.version(), issued.clear()));
    }

    private static Mark mark(String kind, String mode) {
        if (kind.equals("publishable")) {
            return Mark.PUBLISHABLE;
        }
        return mode.equals("live") ? Mark.LIVE : Mark.TEST;
    }
}
