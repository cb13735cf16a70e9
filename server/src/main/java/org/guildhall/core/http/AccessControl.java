package org.guildhall.core.http;

import java.util.List;
import java.util.function.Consumer;
import org.guildhall.api.Operation;
import org.guildhall.core.auth.Authenticator.Outcome;
import org.guildhall.core.auth.Authenticator.Reason;
import org.guildhall.core.auth.Authenticator;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.limits.AddressLimits;
import org.guildhall.core.http.limits.RateLimits;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** Admits a request or refuses it, in this order: 401, 403 for a suspended tenant, 429, 403. */
final class AccessControl {

    /** The maximum that the document declares. It is also sent if the request costs more than the limit's capacity. */
    private static final int RETRY_AFTER_SECONDS_MAX = 86_400;
    /** Wide, since a provider sends the receipts of all tenants from a few addresses. */
    private static final int REQUESTS_OF_ADDRESS_PER_MINUTE = 6_000;

    private final Authenticator authenticator;
    private final RateLimits limits;
    private final Revisions revisions;
    private final AddressLimits ofAddresses = new AddressLimits(REQUESTS_OF_ADDRESS_PER_MINUTE);
    private final Consumer<Caller> seen;

    /** @param seen called with each authenticated caller */
    AccessControl(Authenticator authenticator, RateLimits limits, Db db, Consumer<Caller> seen) {
        this.authenticator = authenticator;
        this.limits = limits;
        this.revisions = new Revisions(db);
        this.seen = seen;
    }

    /** Returns the caller; null for a public operation, and for an optional one without credentials. */
    @Nullable Caller enter(Exchange exchange, Operation operation) {
        if (operation.access() == Operation.Access.PUBLIC) {
            if (!operation.method().equals("GET")) {
                spendOfAddress(exchange);
            }
            return null;
        }
        var caller = authenticated(exchange, operation);
        if (caller == null) {
            return null;
        }
        exchange.caller(caller);
        seen.accept(caller);
        if (operation.mutation() && caller.suspended() && !operation.allowedWhenSuspended()) {
            exchange.limits(limits.show(caller.limits()));
            throw Problem.TENANT_SUSPENDED.refusal();
        }
        spend(exchange, operation, caller);
        requireAddressAndOrigin(exchange, caller);
        if (operation.scope() != null) {
            requireScope(caller, operation.scope());
        }
        return caller;
    }

    private @Nullable Caller authenticated(Exchange exchange, Operation operation) {
        var credentials = exchange.headers("Authorization");
        if (credentials.size() > 1) {
            // A proxy on the way may have read another one of them. RFC 6750 calls this invalid_request.
            throw Problem.REQUEST_REFUSED.because("The request has several Authorization headers; send exactly one.")
                    .with(ProblemException.Item.header("Authorization", "repeated", "One Authorization header, not " + credentials.size() + "."));
        }
        return switch (authenticator.authenticate(credentials.isEmpty() ? null : credentials.getFirst())) {
            case Outcome.Known known -> known.caller();
            case Outcome.Anonymous anonymous -> {
                if (operation.access() == Operation.Access.OPTIONAL) {
                    yield null;
                }
                throw Problem.UNAUTHENTICATED.because("The request carries no bearer token.")
                        .header("WWW-Authenticate", "Bearer realm=\"guildhall\"");
            }
            case Outcome.Refused refused -> throw problem(refused.reason()).because(refused.why())
                    .header("WWW-Authenticate", "Bearer realm=\"guildhall\", error=\"invalid_token\", error_description=\""
                            + refused.why().replace("\"", "'").replaceAll("[^\\x20-\\x7e]", "") + "\"");
        };
    }

    private static Problem problem(Reason reason) {
        return switch (reason) {
            case INVALID -> Problem.UNAUTHENTICATED;
            case EXPIRED -> Problem.TOKEN_EXPIRED;
            case REVOKED -> Problem.TOKEN_REVOKED;
        };
    }

    /** A request without a token that changes something is limited by the caller's address. */
    private void spendOfAddress(Exchange exchange) {
        int wait = ofAddresses.spend(exchange.address());
        if (wait > 0) {
            throw Problem.RATE_LIMITED.because("This address has sent too many requests. Try again later.").retryAfter(wait);
        }
    }

    private void spend(Exchange exchange, Operation operation, Caller caller) {
        if (exchange.hasPaid(caller.limits())) {
            return;
        }
        var decision = limits.spend(caller.limits(), operation.rateCost());
        var violated = decision.violated();
        if (violated == null) {
            exchange.paid(decision);
        } else {
            exchange.limits(decision);
            throw Problem.RATE_LIMITED.because("The rate limit of the " + violated.policy() + " is exhausted: " + violated.limit()
                            + " requests in " + violated.windowSeconds() + " seconds.")
                    .member("violated_policies", List.of(violated.policy()))
                    .retryAfter((int) Math.min(RETRY_AFTER_SECONDS_MAX, decision.waitSeconds()));
        }
    }

    private static void requireAddressAndOrigin(Exchange exchange, Caller caller) {
        if (!caller.ipAllowList().isEmpty() && caller.ipAllowList().stream().noneMatch(range -> range.contains(exchange.address()))) {
            throw Problem.IP_NOT_ALLOWED.because("The address " + exchange.address().getHostAddress() + " is not in the tenant's ip_allow_list.");
        }
        if (caller.publishable()) {
            var origin = exchange.header("Origin");
            if (origin == null || !caller.origins().contains(origin)) {
                throw Problem.ORIGIN_NOT_ALLOWED.refusal();
            }
        }
    }

    static void requireScope(Caller caller, String scope) {
        if (!caller.has(scope)) {
            throw missing(scope, "The operation requires the scope " + scope + ", which the token doesn't have.");
        }
    }

    static ProblemException missing(String scope, String detail) {
        return Problem.INSUFFICIENT_SCOPE.because(detail)
                .member("required_scope", scope)
                .header("WWW-Authenticate", "Bearer realm=\"guildhall\", error=\"insufficient_scope\", scope=\"" + scope + "\"");
    }

    /** Returns true if the cached caller is older than the last change of any credential. */
    boolean isOutdated(Exchange exchange) {
        var caller = exchange.caller();
        if (caller == null || exchange.isCallerCurrent()) {
            return false;
        }
        var present = revisions.shared();
        // While the database is away, a cached caller is at most 30 seconds old.
        return present.isPresent() && present.getAsLong() != caller.revision();
    }

    void forget(Exchange exchange) {
        if (exchange.caller() != null) {
            authenticator.forget(exchange.caller());
        }
    }

    void forgetAll() {
        authenticator.forgetAll();
    }
}
