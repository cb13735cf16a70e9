package org.guildhall.platform;

import java.util.List;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ActsAs;
import org.guildhall.api.model.AuthConsumer;
import org.guildhall.api.model.AuthStatus;
import org.guildhall.api.model.AuthTenant;
import org.guildhall.api.model.AuthToken;
import org.guildhall.api.model.ConsumerId;
import org.guildhall.api.model.RateLimitPolicyName;
import org.guildhall.api.model.RateLimitState;
import org.guildhall.api.model.TenantId;
import org.guildhall.api.model.TenantMode;
import org.guildhall.api.model.TenantState;
import org.guildhall.api.model.TokenId;
import org.guildhall.api.model.TokenKind;
import org.guildhall.api.platform.AuthApi;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.http.Call;
import org.guildhall.core.http.limits.RateLimits;

/** The caller's identity and rights: {@code /auth/status}. */
final class AuthHandler implements AuthApi<Call> {

    private final RateLimits limits;

    AuthHandler(RateLimits limits) {
        this.limits = limits;
    }

    @Override
    public Reply<AuthStatus> getAuthStatus(Call call) {
        var caller = call.callerIfAny();
        if (caller == null) {
            return Reply.plain(new AuthStatus(false, null, null, null, List.of(), List.of()));
        }
        return Reply.plain(new AuthStatus(
                true,
                new AuthTenant(new TenantId(caller.tenant()), caller.tenantName(), TenantMode.fromValue(caller.mode()),
                        caller.suspended() ? TenantState.SUSPENDED : TenantState.ACTIVE),
                new AuthConsumer(new ConsumerId(caller.consumer()), caller.consumerName(), ActsAs.fromValue(caller.actsAs())),
                new AuthToken(new TokenId(caller.token()), caller.publishable() ? TokenKind.PUBLISHABLE : TokenKind.SECRET, caller.prefix(),
                        caller.expiresAt()),
                caller.scopes().stream().sorted().toList(),
                states(limits, caller)));
    }

    static List<RateLimitState> states(RateLimits limits, Caller caller) {
        return RateLimits.lowestPerPolicy(limits.left(caller.limits())).stream()
                .map(left -> new RateLimitState(RateLimitPolicyName.fromValue(left.limit().policy()), (int) left.limit().limit(),
                        left.limit().windowSeconds(), (int) left.remaining(), (int) left.resetSeconds()))
                .toList();
    }
}
