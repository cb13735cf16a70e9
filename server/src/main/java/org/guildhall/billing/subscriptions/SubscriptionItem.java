package org.guildhall.billing.subscriptions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.guildhall.billing.events.ProviderSubscription.Item;
import org.guildhall.core.data.Ids;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * One price of a subscription as stored. It keeps its id as long as the provider keeps its own.
 *
 * @param facts as the provider has told
 */
public record SubscriptionItem(UUID id, Item facts) {

    private static final TypeReference<List<Stored>> LIST = new TypeReference<>() {};

    /** The JSON form. */
    private record Stored(
            UUID id, String reference, @Nullable String price, @Nullable String product, long quantity, @Nullable String currency,
            @Nullable Long amountMinor, @Nullable String interval, int intervalCount, @Nullable Instant startsAt, @Nullable Instant endsAt) {}

    /**
     * The items of an event; each with the id of the earlier item with its reference, or a new one.
     *
     * @param isComplete false if there are more than these; then none of the earlier items is removed
     */
    static List<SubscriptionItem> of(List<Item> items, boolean isComplete, List<SubscriptionItem> before) {
        var told = items.stream()
                .map(item -> new SubscriptionItem(
                        before.stream()
                                .filter(earlier -> earlier.facts().reference().equals(item.reference()))
                                .map(SubscriptionItem::id)
                                .findFirst()
                                .orElseGet(Ids::next),
                        item))
                .toList();
        var others = before.stream().filter(earlier -> !isComplete && told.stream().noneMatch(one -> one.id().equals(earlier.id())));
        return Stream.concat(told.stream(), others).toList();
    }

    /** The next end of a billing period; null if none is known. */
    static @Nullable Instant periodEndsAt(List<SubscriptionItem> items) {
        return items.stream().map(item -> item.facts().periodEndsAt()).filter(Objects::nonNull).min(Comparator.naturalOrder()).orElse(null);
    }

    static String json(List<SubscriptionItem> items) {
        try {
            return Json.WIRE.writeValueAsString(items.stream().map(item -> {
                var facts = item.facts();
                return new Stored(
                        item.id(), facts.reference(), facts.price(), facts.product(), facts.quantity(), facts.currency(), facts.amountMinor(),
                        facts.interval(), facts.intervalCount(), facts.periodStartsAt(), facts.periodEndsAt());
            }).toList());
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static List<SubscriptionItem> read(String json) {
        try {
            return Json.WIRE.readValue(json, LIST).stream()
                    .map(stored -> new SubscriptionItem(stored.id(), new Item(
                            stored.reference(), stored.price(), stored.product(), stored.quantity(), stored.currency(), stored.amountMinor(),
                            stored.interval(), stored.intervalCount(), stored.startsAt(), stored.endsAt())))
                    .toList();
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
