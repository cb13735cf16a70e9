package org.guildhall.platform;

import org.guildhall.api.Reply;
import org.guildhall.api.model.RateLimitStatus;
import org.guildhall.api.platform.RateLimitApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.http.limits.RateLimits;

/** The caller's own rate limits: {@code /platform/rate-limit}. */
final class RateLimitHandler implements RateLimitApi<Call> {

    private final RateLimits limits;

    RateLimitHandler(RateLimits limits) {
        this.limits = limits;
    }

    @Override
    public Reply<RateLimitStatus> getRateLimit(Call call) {
        return Reply.plain(new RateLimitStatus(AuthHandler.states(limits, call.caller())));
    }
}
