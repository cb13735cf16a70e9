package org.guildhall.billing.paystack;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.guildhall.billing.calls.HexSignature;
import org.guildhall.billing.events.Provider;
import org.guildhall.billing.events.ProviderCheckout;
import org.guildhall.billing.events.ProviderCheckouts;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderPlanChanges;
import org.guildhall.billing.events.ProviderPortals;
import org.jspecify.annotations.Nullable;

/**
 * Paystack. Its events have neither an id nor a time, so they can't be ordered: each makes the server ask for the object. Invoices can't be asked for; what
 * their events say is kept with the deliveries and read together with their subscription.
 */
public final class PaystackProvider implements Provider {

    /** The address of the API. Keys say whether they are of the test mode. */
    public static final String LIVE = "https://api.paystack.co";

    private static final String SIGNATURE = "x-paystack-signature";

    private final PaystackCheckouts checkouts;
    private final PaystackPortals portals;
    private final PaystackPlanChanges planChanges;
    private final PaystackFetches fetches;

    /** @param baseUrl the address of the API */
    public PaystackProvider(String baseUrl) {
        var api = new PaystackApi(baseUrl);
        this.checkouts = new PaystackCheckouts(api);
        this.portals = new PaystackPortals(api);
        this.planChanges = new PaystackPlanChanges(api);
        this.fetches = new PaystackFetches(api);
    }

    @Override
    public String name() {
        return "paystack";
    }

    @Override
    public boolean verify(byte[] body, Function<String, String> headers, List<String> secrets, Instant now) {
        return HexSignature.verify("HmacSHA512", body, headers.apply(SIGNATURE), secrets);
    }

    @Override
    public List<ProviderEvent> events(byte[] body, Instant now) {
        return List.of(PaystackEvents.read(body, now));
    }

    @Override
    public @Nullable Reading read(ProviderEvent event, Context context) {
        return switch (event.type()) {
            case PaystackFetches.CUSTOMER -> Reading.of(PaystackCustomers.read(event));
            case PaystackFetches.SUBSCRIPTION -> Reading.of(PaystackSubscriptions.read(event, context));
            case PaystackFetches.TRANSACTION -> Reading.of(PaystackTransactions.read(event, context));
            case PaystackFetches.REFUNDS -> Reading.of(PaystackTransactions.readRefunds(event));
            case PaystackFetches.DISPUTE -> Reading.of(PaystackTransactions.readDispute(event));
            default -> {
                var targets = PaystackEvents.targets(event);
                yield targets == null ? null : Reading.ask(targets);
            }
        };
    }

    @Override
    public @Nullable ProviderCheckout checkout(ProviderEvent event) {
        return event.type().equals(PaystackFetches.TRANSACTION) ? PaystackCheckouts.read(event) : null;
    }

    @Override
    public ProviderCheckouts checkouts() {
        return checkouts;
    }

    @Override
    public ProviderPortals portals() {
        return portals;
    }

    @Override
    public ProviderPlanChanges planChanges() {
        return planChanges;
    }

    @Override
    public @Nullable Target target(ProviderEvent event) {
        return null;
    }

    @Override
    public List<ProviderEvent> get(String apiKey, Target target) throws ProviderFailure {
        return List.of(fetches.get(apiKey, target));
    }

    @Override
    public Set<String> listed() {
        return Set.of("account", "subscription", "payment");
    }

    @Override
    public ListPage page(String apiKey, String kind, @Nullable Instant from, @Nullable Instant before, @Nullable String after) throws ProviderFailure {
        return fetches.page(apiKey, kind, from, before, after);
    }
}
