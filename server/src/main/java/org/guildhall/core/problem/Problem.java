package org.guildhall.core.problem;

import org.jspecify.annotations.Nullable;

/**
 * Everything that can go wrong, as callers see it: the public catalogue of problems (RFC 9457). A code never changes its meaning.
 * What is written here is also the page behind the problem's {@code type}.
 */
public enum Problem {
    VALIDATION_FAILED(422, "The request is not valid", "A member of the body, or several, breaks a rule of the operation.",
            "Look at errors: each entry points at one member and says what is wrong with it. All mistakes are listed at once."),
    MALFORMED_BODY(400, "The body can't be read", "The body is no JSON text as RFC 8259 defines it: cut off, with a member twice, with text behind its end, with a byte order mark, not UTF-8, or nested deeper than 100. Or it is a file that isn't what its media type says.",
            "The detail says what is wrong. A body of JSON is checked best with a parser that is strict about duplicate members."),
    INVALID_PARAMETER(400, "A parameter is not valid", "A path, query or header parameter is unknown, is there twice, or has a value that the operation doesn't take.",
            "Look at errors: each entry names a parameter or header. Unknown query parameters are refused, since a misspelt filter must not be ignored."),
    INVALID_CURSOR(400, "The cursor is not valid", "The cursor was altered, or belongs to another tenant, list, filter or sort order than this request's.",
            "Take next_cursor from the page before, send it unchanged, and keep all filters and the sort order as they were. The limit may change."),
    UNAUTHENTICATED(401, "Authentication is needed", "The request carries no credential, or one that is not known.",
            "Send Authorization: Bearer and a token that was issued for your tenant."),
    TOKEN_EXPIRED(401, "The token has expired", "The token was good until a moment that has passed.", "Issue a new token, or rotate before the end."),
    TOKEN_REVOKED(401, "The token was revoked", "The token, or the consumer that it belonged to, was taken out of service. That can't be undone.",
            "Issue a new token."),
    INSUFFICIENT_SCOPE(403, "A scope is missing", "The credential is good, but doesn't hold the scope that this operation asks for, or would give away one that it doesn't hold.",
            "The detail names the scope. Ask for a token that holds it."),
    ORIGIN_NOT_ALLOWED(403, "The origin is not allowed", "A publishable token is only good in pages of the origins that it lists, and the request's Origin is missing or isn't one of them.",
            "Add the page's origin to the token, or use the token where it belongs."),
    IP_NOT_ALLOWED(403, "The address is not allowed", "The tenant allows only certain addresses, and the request came from another.",
            "Call from an allowed address, or have an operator change ip_allow_list in the tenant's settings."),
    TENANT_SUSPENDED(403, "The tenant is suspended", "While a tenant is suspended it can be read, and tokens can be revoked, but nothing else can be changed.",
            "Ask the operator of the platform; the request may be sent again once the tenant is active."),
    NOT_FOUND(404, "Not found", "There is nothing at this path that you may see. What belongs to another tenant is answered in the same way as what never existed.",
            "Check the id, and which tenant your token belongs to: GET /api/v1/auth/status."),
    METHOD_NOT_ALLOWED(405, "The method is not allowed", "The path exists, but not with this method.", "The Allow header lists the methods that do."),
    NOT_ACCEPTABLE(406, "Not acceptable", "The operation can't answer in any of the media types that Accept asks for.", "Accept application/json, or send no Accept header."),
    CONFLICT(409, "In conflict with the present state", "The change contradicts something that is already there.", "Read the resource again and decide anew."),
    ALREADY_EXISTS(409, "Already exists", "A value that must be unique in the tenant is taken.", "Look at errors for the member; read or change the existing resource instead."),
    IDEMPOTENCY_IN_FLIGHT(409, "The first request with this key is still running", "A request with the same Idempotency-Key hasn't finished yet.",
            "Wait as long as Retry-After says and send the same request again: you will get the first one's answer."),
    INVALID_STATE(409, "Not possible in the present state", "The resource is in a state from which this action isn't possible.", "Read the resource; the detail names the state."),
    IN_USE(409, "Something else depends on it", "The resource can't leave while another one stands on it.", "The detail names what depends on it; end or change that first."),
    LADDER_CONFLICT(409, "In conflict with the plan ladder", "A plan ladder has one plan product per tier, one tier per rank, and each product at most once.",
            "Read the ladder again; the detail says which rule would be broken."),
    CAPACITY_EXHAUSTED(409, "No capacity left", "There is no free place left.", "Take a place on the waitlist, or choose another session."),
    ENTITLEMENT_EXCEEDED(409, "The entitlement is exceeded", "The organization's plan doesn't allow that much.", "The detail names the resource key and the limit."),
    AUTOMATION_PAUSED(409, "Automation is paused", "A provider that this automation depends on is blocked.", "Recover the provider first."),
    PRECONDITION_FAILED(412, "The resource has changed", "The version in If-Match isn't the resource's present one: somebody changed it since you read it.",
            "Read the resource, look at the change, and send yours again with the new ETag."),
    BODY_TOO_LARGE(413, "The body is too large", "A JSON body may have 1 MiB at most.", "Send less at once."),
    UNSUPPORTED_MEDIA_TYPE(415, "The media type is not supported", "The body isn't of the media type that the operation takes, or is compressed.",
            "Send application/json; for PATCH application/merge-patch+json; without Content-Encoding."),
    IDEMPOTENCY_KEY_REUSED(422, "The idempotency key was used for another request", "The same Idempotency-Key came with another method, path, query or body.",
            "Use a new key for each different request, and the same key only to repeat one."),
    PRECONDITION_REQUIRED(428, "If-Match is required", "This change must say which version it was made for.", "Send the resource's ETag in If-Match, or * if you don't care."),
    RATE_LIMITED(429, "Too many requests", "A rate limit is used up.", "Wait as long as Retry-After says. RateLimit tells on every answer what is left."),
    REQUEST_REFUSED(400, "The request can't be understood", "The HTTP request itself is malformed: its target, a header or its framing.", "Check the client or the proxy that made the request."),
    REQUEST_TIMEOUT(408, "The request took too long to arrive", "The body didn't come in time.", "Send it again."),
    URI_TOO_LONG(414, "The address is too long", "The path and query are longer than the server reads.", "Use fewer or shorter parameters."),
    HEADERS_TOO_LARGE(431, "The headers are too large", "All headers together may have 8 KiB.", "Send fewer or shorter headers."),
    INTERNAL_ERROR(500, "Something went wrong here", "The server failed in a way that it didn't foresee. Nothing was changed.",
            "It is safe to send the request again with the same Idempotency-Key. If it stays, tell the operator the request_id."),
    VERSION_NOT_SUPPORTED(505, "The HTTP version is not supported", "The server speaks HTTP/1.1 and HTTP/1.0.", "Use HTTP/1.1."),
    UNAVAILABLE(503, "Unavailable for the moment", "The database can't be reached, or is too busy.", "Wait as long as Retry-After says and send the request again with the same Idempotency-Key.");

    private final int status;
    private final String title;
    private final String meaning;
    private final String remedy;

    Problem(int status, String title, String meaning, String remedy) {
        this.status = status;
        this.title = title;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    /** The stable word in {@code code} and at the end of {@code type}. */
    public String code() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** The HTTP status it comes with. */
    public int status() {
        return status;
    }

    /** What it is, in a few words; the same for every occurrence. */
    public String title() {
        return title;
    }

    /** What it means, in a sentence or two. */
    public String meaning() {
        return meaning;
    }

    /** What the caller can do. */
    public String remedy() {
        return remedy;
    }

    /** This problem, with what is particular to this occurrence. */
    public ProblemException because(String detail) {
        return new ProblemException(this, detail);
    }

    /** This problem with one member of the body. */
    public ProblemException at(String pointer, String detail) {
        return new ProblemException(this, detail).with(ProblemException.Item.pointer(pointer, code(), detail));
    }

    /** This problem as it is. */
    public ProblemException refusal() {
        return new ProblemException(this, meaning);
    }

    /** The problem that stands for a status the HTTP server itself refused with. */
    public static Problem ofStatus(int status) {
        return switch (status) {
            case 404 -> NOT_FOUND;
            case 405 -> METHOD_NOT_ALLOWED;
            case 406 -> NOT_ACCEPTABLE;
            case 408 -> REQUEST_TIMEOUT;
            case 413 -> BODY_TOO_LARGE;
            case 414 -> URI_TOO_LONG;
            case 415 -> UNSUPPORTED_MEDIA_TYPE;
            case 431 -> HEADERS_TOO_LARGE;
            case 503 -> UNAVAILABLE;
            case 505 -> VERSION_NOT_SUPPORTED;
            default -> status >= 500 ? INTERNAL_ERROR : REQUEST_REFUSED;
        };
    }

    /** The problem with this code, or null. */
    public static @Nullable Problem ofCode(String code) {
        for (var problem : values()) {
            if (problem.code().equals(code)) {
                return problem;
            }
        }
        return null;
    }
}
