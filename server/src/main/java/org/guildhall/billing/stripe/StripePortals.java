package org.guildhall.billing.stripe;

import java.util.Map;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderPortal;
import org.guildhall.billing.events.UnreadableEvent;

/** Portal sessions at Stripe. */
public final class StripePortals {

    private static final int URL_MAX = 4_000;

    private final StripeApi api;

    public StripePortals(StripeApi api) {
        this.api = api;
    }

    /** Makes a session. @param customer Stripe's id @param idempotencyKey our id of the session */
    public ProviderPortal create(String apiKey, String customer, String returnUrl, String idempotencyKey) throws ProviderFailure {
        var body = api.post(apiKey, "/v1/billing_portal/sessions", Map.of("customer", customer, "return_url", returnUrl), idempotencyKey).body();
        try {
            var session = StripeMoney.read(body, "session");
            return new ProviderPortal(session.requiredReference("id"), session.required("url", URL_MAX));
        } catch (UnreadableEvent unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Stripe's answer isn't a session.", null);
        }
    }
}
