package org.guildhall.core.problem;

import org.jspecify.annotations.Nullable;

/**
 * The public catalogue of problems (RFC 9457): every failure that a caller can see. A code never changes its meaning.
 * These texts are also the page behind the problem's {@code type}.
 */
public enum Problem {
    VALIDATION_FAILED(422, "The request is not valid",
            "One or more members of the body break a rule of the operation.",
            "Look at errors: each entry points at one member and says what is wrong with it. All mistakes of form are listed at once; of "
                    + "references to something that doesn't exist, the first."),
    MALFORMED_BODY(400, "The body can't be read",
            "The body is not JSON (RFC 8259): it is cut off, repeats a member, has text after its end or a byte order mark, is not "
                    + "UTF-8, or is nested deeper than 100. Or the body is a file that does not match its media type. Or the operation has no body, or "
                    + "requires one.",
            "The detail says what is wrong, and where."),
    SIGNATURE_INVALID(400, "The signature is not valid",
            "The body isn't signed with a secret of the connection, or the time of the signature is more than 300 seconds from now.",
            "Compare the signing secret with the provider's. Sign the bytes of the body as they are sent, and check the clock of the sender."),
    INVALID_PARAMETER(400, "A parameter is not valid",
            "A path, query or header parameter is unknown, is repeated, or has a value that the operation doesn't accept.",
            "Look at errors: each entry names a parameter or header. Unknown query parameters are refused, since a misspelt filter "
                    + "must not be ignored."),
    INVALID_CURSOR(400, "The cursor is not valid",
            "The cursor was altered, or was made for another tenant, list, filter or sort order.",
            "Send next_cursor of the previous page unchanged, with the same filters and sort order. The limit may change."),
    UNAUTHENTICATED(401, "Authentication is needed",
            "The request carries no credential, or an unknown one.",
            "Send Authorization: Bearer and a token that was issued for your tenant."),
    TOKEN_EXPIRED(401, "The token has expired",
            "The token's expiry has passed.",
            "Issue a new token. Next time, rotate the token before it expires."),
    TOKEN_REVOKED(401, "The token was revoked",
            "The token or its consumer was revoked. A revocation can't be undone.",
            "Issue a new token."),
    INSUFFICIENT_SCOPE(403, "A scope is missing",
            "The credential is valid, but lacks the scope of this operation, or tries to give away a scope that it lacks.",
            "The detail names the scope. Use a token with that scope."),
    ORIGIN_NOT_ALLOWED(403, "The origin is not allowed",
            "A publishable token works only from the origins that it lists. The request's Origin is missing or not listed.",
            "Add the page's origin to the token, or use the token on a listed origin."),
    IP_NOT_ALLOWED(403, "The address is not allowed",
            "The tenant allows only certain addresses, and the request came from another.",
            "Call from an allowed address, or have an operator change ip_allow_list in the tenant's settings."),
    TENANT_SUSPENDED(403, "The tenant is suspended",
            "A suspended tenant can be read and its tokens can be revoked. All other changes are refused.",
            "Ask the operator of the platform. Send the request again once the tenant is active."),
    NOT_GUARDIAN(403, "Not allowed to act for the person",
            "A caller that acts as a member can act for the acting person, and for a dependent of a household in which that person is an adult. "
                    + "Some changes are for operators alone.",
            "Send acting_person_id of such a person, or ask an operator."),
    NOT_FOUND(404, "Not found",
            "There is nothing at this path that you may see. An object of another tenant gets the same answer as one that never existed.",
            "Check the id, and which tenant your token belongs to: GET /api/v1/auth/status."),
    METHOD_NOT_ALLOWED(405, "The method is not allowed",
            "The path exists, but not with this method.",
            "Use a method that the Allow header lists."),
    NOT_ACCEPTABLE(406, "Not acceptable",
            "The operation can't answer in any of the media types that Accept asks for.",
            "Accept application/json, or send no Accept header."),
    CONFLICT(409, "In conflict with the current state",
            "The change contradicts something that is already there.",
            "Read the resource again, and send a change that fits its current state."),
    ALREADY_EXISTS(409, "Already exists",
            "A value that must be unique in the tenant is taken.",
            "Look at errors for the member; read or change the existing resource instead."),
    IDEMPOTENCY_IN_FLIGHT(409, "The first request with this key is still running",
            "Another request with the same Idempotency-Key has not finished yet.",
            "Wait for the seconds in Retry-After and send the same request again: it gets the first request's answer."),
    INVALID_STATE(409, "Not possible in the current state",
            "The resource's state does not allow this action.",
            "Read the resource; the detail names the state."),
    IN_USE(409, "Something else depends on it",
            "The resource can't be removed or changed in this way while another resource depends on it.",
            "The detail names what depends on it; end or change that first."),
    LADDER_CONFLICT(409, "In conflict with the plan ladder",
            "A plan ladder has one plan product per tier, one tier per rank, and each product at most once.",
            "The detail names the broken rule. Read the ladder again before you change it."),
    CAPACITY_EXHAUSTED(409, "No capacity left",
            "The session has no free place.",
            "Take a place on the waitlist, or choose another session."),
    BOOKING_NOT_OPEN(409, "Booking hasn't begun",
            "The session can't be booked yet.",
            "Book from the instant in opens_at on."),
    BOOKING_CLOSED(409, "Booking is closed",
            "The session can no longer be booked.",
            "Choose another session."),
    BOOKING_OVERLAPS(409, "Another booking at that time",
            "The person has a booking of a session at the same time.",
            "Cancel the booking in existing_id, or choose another session."),
    AGE_NOT_MET(409, "The age doesn't fit",
            "The person is too young or too old on the day of the session, or has no date of birth.",
            "The detail names the ages. Choose another session, or complete the person's date of birth."),
    HOLD_EXPIRED(409, "The hold has expired",
            "The place was held until an instant that has come.",
            "Book again; the place may be free still."),
    OFFER_LAPSED(409, "The offer has lapsed",
            "The place was offered until an instant that has come.",
            "Book again, or join the waitlist anew."),
    ENTITLEMENT_EXCEEDED(409, "The entitlement is exceeded",
            "The organization's products don't allow that quantity.",
            "The detail names the resource key and the limit."),
    AUTOMATION_PAUSED(409, "Automation is paused",
            "A provider that this automation depends on is blocked.",
            "Wait until the provider works again."),
    PROVIDER_REFUSED(409, "The provider refuses it",
            "The server has asked a payment provider to do it, and the provider has refused. The detail has the provider's words.",
            "Correct what the provider names. Send the request again with another Idempotency-Key, since this answer is kept for the key."),
    CURSOR_EXPIRED(410, "The position is no longer kept",
            "The event feed keeps events for 30 days, and events behind the position are gone.",
            "Read the resources that you follow again, and continue after oldest_position."),
    PRECONDITION_FAILED(412, "The resource has changed",
            "The version in If-Match is not the resource's current one: the resource was changed after you read it.",
            "Read the resource again, and send your change with its new ETag."),
    BODY_TOO_LARGE(413, "The body is too large",
            "A JSON body may have 1 MiB at most.",
            "Send less at once."),
    UNSUPPORTED_MEDIA_TYPE(415, "The media type is not supported",
            "The operation doesn't accept the body's media type, or the body is compressed.",
            "Send application/json, or application/merge-patch+json with PATCH, without Content-Encoding."),
    TARGET_FORBIDDEN(422, "The target is forbidden",
            "The server may not call this target: another scheme than http and https, credentials in the URL, a port that isn't allowed, or an "
                    + "address that isn't public.",
            "Use a public address. For an address within a private network, ask the operator of the server to allow it."),
    IDEMPOTENCY_KEY_REUSED(422, "The idempotency key was used for another request",
            "An earlier request had the same Idempotency-Key, but another method, path, query or body.",
            "Use a new key for each different request. Reuse a key only to repeat the same request."),
    PRECONDITION_REQUIRED(428, "If-Match is required",
            "The operation requires the version that the change was made for.",
            "Send the resource's ETag in If-Match, or * to accept any version."),
    RATE_LIMITED(429, "Too many requests",
            "A rate limit is exhausted.",
            "Wait for the seconds in Retry-After. The RateLimit header of each answer shows the remaining requests."),
    REQUEST_REFUSED(400, "The request can't be understood",
            "The HTTP request itself is malformed: its target, a header or its framing.",
            "Check the client or the proxy that made the request."),
    REQUEST_TIMEOUT(408, "The request took too long to arrive",
            "The body did not arrive in time.",
            "Send the request again."),
    URI_TOO_LONG(414, "The address is too long",
            "The path and query are longer than the server reads.",
            "Use fewer or shorter parameters."),
    HEADERS_TOO_LARGE(431, "The headers are too large",
            "All headers together are larger than 8 KiB.",
            "Send fewer or shorter headers."),
    INTERNAL_ERROR(500, "Internal error",
            "The server failed unexpectedly. Nothing was changed.",
            "It is safe to send the request again with the same Idempotency-Key. If it keeps failing, give the request_id to the operator."),
    VERSION_NOT_SUPPORTED(505, "The HTTP version is not supported",
            "The server speaks HTTP/1.1 and HTTP/1.0.",
            "Use HTTP/1.1."),
    UNAVAILABLE(503, "Temporarily unavailable",
            "The database or a provider can't be reached, or the server is too busy.",
            "Wait for the seconds in Retry-After and send the request again with the same Idempotency-Key.");

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

    /** A short summary; identical in every occurrence. */
    public String title() {
        return title;
    }

    /** The meaning in one or two sentences; the default {@code detail}. */
    public String meaning() {
        return meaning;
    }

    /** The remedy: an instruction to the caller. */
    public String remedy() {
        return remedy;
    }

    /** This problem with a detail of this occurrence. */
    public ProblemException because(String detail) {
        return new ProblemException(this, detail);
    }

    /** This problem with one item in {@code errors}, at a JSON Pointer into the body. */
    public ProblemException at(String pointer, String detail) {
        return new ProblemException(this, detail).with(ProblemException.Item.pointer(pointer, code(), detail));
    }

    /** This problem with its meaning as the detail. */
    public ProblemException refusal() {
        return new ProblemException(this, meaning);
    }

    /** The problem for a status with which the HTTP server itself refused a request. */
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
