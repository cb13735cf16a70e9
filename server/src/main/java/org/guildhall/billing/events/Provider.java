package org.guildhall.billing.events;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A payment provider: how its deliveries are verified and read, and how it is asked for objects. */
public interface Provider {

    /** The name as in the API. */
    String name();

    /**
     * True if the body of a delivery is signed with one of the secrets.
     *
     * @param headers the value of a header of the request; empty if it is missing
     * @param secrets the secrets that are valid now
     * @param now the present instant by the database's clock
     */
    boolean verify(byte[] body, Function<String, String> headers, List<String> secrets, Instant now);

    /**
     * Reads the events of a verified body. An event that can't be read is one of them, so that it doesn't harm the others.
     *
     * @param now the instant for events without one
     * @throws UnreadableEvent if the body as a whole has another form
     */
    List<ProviderEvent> events(byte[] body, Instant now);

    /**
     * Reads what an event, or the answer of a fetch, says.
     *
     * @return null for a type that the server doesn't use
     * @throws UnreadableEvent if it has a form that can't be read
     */
    @Nullable Reading read(ProviderEvent event, Context context);

    /** Reads the checkout session of an event; null if the event is about another kind of object. */
    default @Nullable ProviderCheckout checkout(ProviderEvent event) {
        return null;
    }

    /** The provider's checkout sessions. */
    ProviderCheckouts checkouts();

    /** The provider's pages for customers; null if it has none. */
    @Nullable ProviderPortals portals();

    /** The changes of the provider's subscriptions. */
    ProviderPlanChanges planChanges();

    /** The object that an event is about; null if it isn't fetched. */
    @Nullable Target target(ProviderEvent event);

    /** True if an event tells of received money without the fee, which a fetch has. */
    default boolean lacksFee(ProviderEvent event) {
        return false;
    }

    /** True if an event tells of a subscription's first items only. A fetch has all. */
    default boolean lacksItems(ProviderEvent event) {
        return false;
    }

    /** True if an event tells how much of a payment is refunded, but not by which refunds. A fetch has them. */
    default boolean tellsOfRefunds(ProviderEvent event) {
        return false;
    }

    /**
     * Fetches an object. The answers have the form of events, so that they are read by the same code. A provider whose checkout only collects the permission
     * to charge begins what a completed session of ours is for, with our id as the key.
     *
     * @param target a kind of {@link Target} and the provider's id
     * @return the object first, then objects that belong to it
     */
    List<ProviderEvent> get(String apiKey, Target target) throws ProviderFailure;

    /** The kinds of objects that the provider lists. */
    Set<String> listed();

    /**
     * A page of the objects of a kind, the newest first.
     *
     * @param kind one of {@link #listed}
     * @param from only objects that were created at this instant or later; null for all
     * @param before only objects that were created before this instant; null for all
     * @param after the place after which the page begins; null for the first page
     */
    ListPage page(String apiKey, String kind, @Nullable Instant from, @Nullable Instant before, @Nullable String after) throws ProviderFailure;

    /**
     * An object of a provider.
     *
     * @param kind account, mandate, subscription, invoice, payment, refund, dispute, payout, checkout, coupon_mapping or promotion_code
     * @param reference the provider's id
     */
    record Target(String kind, String reference) {}

    /** A page of a list. @param last the place after which the next page begins; null after the last page */
    record ListPage(List<ProviderEvent> objects, @Nullable String last) {}

    /**
     * What an event says.
     *
     * @param objects the objects in the order in which they are locked
     * @param asked the objects that have changed and that the event doesn't contain
     * @param isTarget true if the only object is the one that the event, or the fetch, is about
     */
    record Reading(List<ProviderObject> objects, List<Target> asked, boolean isTarget) {

        public Reading {
            objects = List.copyOf(objects);
            asked = List.copyOf(asked);
        }

        public static Reading of(ProviderObject object) {
            return new Reading(List.of(object), List.of(), true);
        }

        /** Several objects, or none, that follow from one answer. */
        public static Reading of(List<ProviderObject> objects) {
            return new Reading(objects, List.of(), false);
        }

        public static Reading ask(List<Target> asked) {
            return new Reading(List.of(), asked, false);
        }
    }

    /** The stored events and the settings of the connection that an event belongs to. */
    interface Context {

        /** The received events of an object, in the provider's order. @param reference the provider's id of the object */
        List<PastEvent> past(String reference);

        /** The tax that the connection implies; null for none. */
        @Nullable ImpliedTax impliedTax();
    }

    /** An event that was received. @param details as in {@link ProviderEvent} */
    record PastEvent(String reference, String type, Instant at, Map<String, String> details) {}

    /**
     * The tax of invoices whose provider states none.
     *
     * @param rateBasisPoints 1000 for 10 %
     * @param inclusive true if the lines of invoices are shown with it
     */
    record ImpliedTax(int rateBasisPoints, boolean inclusive, String name) {

        private static final long WHOLE = 10_000;

        /** The tax in an amount that was paid, half up. What is paid contains the tax, also if the price is named without it. */
        public long of(long paidMinor) {
            return BigDecimal.valueOf(paidMinor)
                    .multiply(BigDecimal.valueOf(rateBasisPoints))
                    .divide(BigDecimal.valueOf(WHOLE + rateBasisPoints), 0, RoundingMode.HALF_UP)
                    .longValueExact();
        }

        /** The rate as a percentage, such as {@code 10} or {@code 12.5}. */
        public String percentage() {
            return BigDecimal.valueOf(rateBasisPoints, 2).stripTrailingZeros().toPlainString();
        }
    }
}
