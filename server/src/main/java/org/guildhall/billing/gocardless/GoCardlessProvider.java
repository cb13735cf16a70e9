package org.guildhall.billing.gocardless;

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
import org.guildhall.billing.events.UnreadableEvent;
import org.jspecify.annotations.Nullable;

/**
 * GoCardless. Its events name what has happened to which object, and carry no content: each event that can move money or plans makes the server ask for
 * the object. What an event adds, such as the reason of a failure, is kept with its delivery.
 */
public final class GoCardlessProvider implements Provider {

    /** The address of the API for real money. */
    public static final String LIVE = "https://api.gocardless.com";

    private static final String SIGNATURE = "Webhook-Signature";

    private final GoCardlessCheckouts checkouts;
    private final GoCardlessPlanChanges planChanges;
    private final GoCardlessFetches fetches;

    /** @param baseUrl the address of the API; access tokens of the sandbox go to the sandbox if it is {@link #LIVE} */
    public GoCardlessProvider(String baseUrl) {
        var api = new GoCardlessApi(baseUrl);
        this.checkouts = new GoCardlessCheckouts(api);
        this.planChanges = new GoCardlessPlanChanges(api);
        this.fetches = new GoCardlessFetches(api, checkouts);
    }

    @Override
    public String name() {
        return "gocardless";
    }

    @Override
    public boolean verify(byte[] body, Function<String, String> headers, List<String> secrets, Instant now) {
        return HexSignature.verify("HmacSHA256", body, headers.apply(SIGNATURE), secrets);
    }

    @Override
    public List<ProviderEvent> events(byte[] body, Instant now) {
        return GoCardlessEvents.read(body, now);
    }

    @Override
    public @Nullable Reading read(ProviderEvent event, Context context) {
        return switch (event.type()) {
            case GoCardlessEvents.UNREADABLE -> throw new UnreadableEvent("The event lacks its id, its time, its type or its action.");
            case GoCardlessFetches.CUSTOMER -> Reading.of(GoCardlessCustomers.read(event));
            case GoCardlessFetches.MANDATE -> Reading.of(GoCardlessCustomers.readMandate(event));
            case GoCardlessFetches.SUBSCRIPTION -> Reading.of(GoCardlessSubscriptions.read(event, context));
            case GoCardlessFetches.PAYMENT -> Reading.of(GoCardlessPayments.read(event, context));
            case GoCardlessFetches.REFUND -> Reading.of(GoCardlessRefunds.read(event, context));
            case GoCardlessFetches.PAYOUT -> Reading.of(GoCardlessPayouts.read(event));
            case GoCardlessFetches.CHECKOUT -> Reading.ask(List.of());
            default -> {
                var targets = GoCardlessEvents.targets(event);
                yield targets == null ? null : Reading.ask(targets);
            }
        };
    }

    @Override
    public @Nullable ProviderCheckout checkout(ProviderEvent event) {
        return event.type().equals(GoCardlessFetches.CHECKOUT) ? GoCardlessCheckouts.read(event) : null;
    }

    @Override
    public ProviderCheckouts checkouts() {
        return checkouts;
    }

    /** GoCardless has no page on which customers change what they pay. */
    @Override
    public @Nullable ProviderPortals portals() {
        return null;
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
        return fetches.get(apiKey, target);
    }

    @Override
    public Set<String> listed() {
        return Set.of("account", "subscription", "payment", "refund", "payout");
    }

    @Override
    public ListPage page(String apiKey, String kind, @Nullable Instant from, @Nullable Instant before, @Nullable String after) throws ProviderFailure {
        return fetches.page(apiKey, kind, from, before, after);
    }
}
