package org.guildhall.billing.paystack;

import java.util.Map;
import org.guildhall.billing.calls.CallTime;
import org.guildhall.billing.calls.ProviderApi;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderPortals;
import org.guildhall.billing.events.UnreadableEvent;

/** Paystack's pages on which the card of a subscription is changed, or the subscription is cancelled. They lead nowhere back. */
final class PaystackPortals implements ProviderPortals {

    private static final int URL_MAX = 4_000;

    private final PaystackApi api;

    PaystackPortals(PaystackApi api) {
        this.api = api;
    }

    @Override
    public boolean isOfSubscription() {
        return true;
    }

    @Override
    public Session open(String apiKey, String reference, String returnUrl, String key) throws ProviderFailure {
        var data = api.data(apiKey, "/subscription/" + ProviderApi.encoded(reference) + "/manage/link", Map.of(), new CallTime());
        try {
            return new Session(reference, PaystackMoney.read(data, "data").required("link", URL_MAX));
        } catch (UnreadableEvent unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Paystack's answer isn't a link.", null);
        }
    }
}
