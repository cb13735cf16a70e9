package org.guildhall.billing.stripe;

import java.util.Map;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderPortals;
import org.guildhall.billing.events.UnreadableEvent;

/** Portal sessions at Stripe. */
final class StripePortals implements ProviderPortals {

    private static final int URL_MAX = 4_000;

    private final StripeApi api;

    StripePortals(StripeApi api) {
        this.api = api;
    }

    @Override
    public boolean isOfSubscription() {
        return false;
    }

    @Override
    public Session open(String apiKey, String reference, String returnUrl, String key) throws ProviderFailure {
        var body = api.post(apiKey, "/v1/billing_portal/sessions", Map.of("customer", reference, "return_url", returnUrl), key).body();
        try {
            var session = StripeMoney.read(body, "session");
            return new Session(session.requiredReference("id"), session.required("url", URL_MAX));
        } catch (UnreadableEvent unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Stripe's answer isn't a session.", null);
        }
    }
}
