package org.guildhall.billing.subscriptions;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.billing.subscriptions.SubscriptionStore.Row;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/** The changes between two contents of a subscription. */
final class SubscriptionDifference {

    private SubscriptionDifference() {}

    /**
     * One change.
     *
     * @param itemId the item that changed; null if the change is of the whole subscription
     */
    record Change(String kind, @Nullable UUID itemId, @Nullable String before, @Nullable String after) {}

    /** The changes from a content to the next one, in a fixed order. The first content of a subscription is one change. */
    static List<Change> between(Row before, Row after) {
        if (before.position() == null) {
            return List.of(new Change("created", null, null, after.state()));
        }
        var changes = new ArrayList<Change>();
        if (!before.state().equals(after.state())) {
            changes.add(new Change("state_changed", null, before.state(), after.state()));
        }
        ends(changes, before, after);
        pauses(changes, before, after);
        items(changes, before, after);
        return changes;
    }

    private static void ends(List<Change> changes, Row before, Row after) {
        var from = end(before);
        var to = end(after);
        if (!Objects.equals(from, to)) {
            changes.add(new Change(to == null ? "cancel_withdrawn" : "cancel_scheduled", null, from, to));
        }
    }

    private static @Nullable String end(Row row) {
        return row.cancelAt() != null ? text(row.cancelAt()) : row.cancelAtPeriodEnd() ? "period_end" : null;
    }

    private static void pauses(List<Change> changes, Row before, Row after) {
        boolean was = before.collection().equals("paused");
        boolean is = after.collection().equals("paused");
        if (was != is) {
            changes.add(new Change(is ? "paused" : "resumed", null, before.collection(), after.collection()));
        }
    }

    private static void items(List<Change> changes, Row before, Row after) {
        for (var item : after.items()) {
            var earlier = with(before.items(), item.id());
            if (earlier == null) {
                changes.add(new Change("item_added", item.id(), null, item.facts().price()));
                continue;
            }
            if (!Objects.equals(earlier.facts().price(), item.facts().price())) {
                changes.add(new Change("price_changed", item.id(), earlier.facts().price(), item.facts().price()));
            }
            if (earlier.facts().quantity() != item.facts().quantity()) {
                changes.add(new Change("quantity_changed", item.id(), Long.toString(earlier.facts().quantity()), Long.toString(item.facts().quantity())));
            }
            var from = earlier.facts().periodEndsAt();
            var to = item.facts().periodEndsAt();
            if (from != null && to != null && to.isAfter(from)) {
                changes.add(new Change("period_renewed", item.id(), text(from), text(to)));
            }
        }
        before.items().stream()
                .filter(item -> with(after.items(), item.id()) == null)
                .forEach(item -> changes.add(new Change("item_removed", item.id(), item.facts().price(), null)));
    }

    private static @Nullable SubscriptionItem with(List<SubscriptionItem> items, UUID id) {
        return items.stream().filter(item -> item.id().equals(id)).findFirst().orElse(null);
    }

    private static String text(Instant instant) {
        return Json.text(instant);
    }
}
