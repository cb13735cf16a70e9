package org.guildhall.runtime.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.guildhall.catalog.Catalog.ResourceKey;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.runtime.usage.UsageStore.RecordedEvent;
import org.jspecify.annotations.Nullable;

/** Checks reported usage events, and finds those that were recorded before. */
final class UsageEventRules {

    /** A tolerance for inexact clocks. */
    private static final Duration AHEAD_MAX = Duration.ofMinutes(5);
    /** Long enough to report the rest of a month after its end. */
    private static final Duration BACK_MAX = Duration.ofDays(35);

    /**
     * A reported event.
     *
     * @param occurredAt null for now
     */
    record ReportedEvent(String externalId, UUID organizationId, String resourceKey, long quantity, @Nullable Instant occurredAt) {

        private RecordedEvent at(Instant now) {
            return new RecordedEvent(externalId, organizationId, resourceKey, quantity, occurredAt == null ? now : occurredAt);
        }

        private boolean repeats(RecordedEvent known) {
            return at(known.occurredAt()).equals(known);
        }
    }

    /** An event that wasn't recorded before, with its position in the report. */
    record NewEvent(int number, ReportedEvent event, Instant occurredAt) {}

    private UsageEventRules() {}

    /** The errors of events that don't depend on recorded events. */
    static List<Item> errors(List<ReportedEvent> events, Set<UUID> organizations, Map<String, ResourceKey> keys, Instant now) {
        var errors = new ArrayList<Item>();
        for (int number = 0; number < events.size(); number++) {
            var event = events.get(number);
            var pointer = "/events/" + number;
            if (!organizations.contains(event.organizationId)) {
                errors.add(Item.pointer(pointer + "/organization_id", "unknown_reference", "There is no such organization."));
            }
            key(event, keys.get(event.resourceKey), pointer, errors);
            time(event.occurredAt, now, pointer + "/occurred_at", errors);
        }
        return errors;
    }

    private static void key(ReportedEvent event, @Nullable ResourceKey key, String pointer, List<Item> errors) {
        if (key == null) {
            errors.add(Item.pointer(pointer + "/resource_key", "unknown_reference", "No integration registers this resource key."));
        } else if (key.countsSites()) {
            errors.add(Item.pointer(
                    pointer + "/resource_key", "counted_by_sites", "This resource key counts sites, so its use can't be reported."));
        } else if (key.kind().equals("boolean")) {
            errors.add(Item.pointer(
                    pointer + "/resource_key", "not_counted", "This resource key is of kind `boolean`, so it has no use to report."));
        } else if (event.quantity < 0 && key.kind().equals("allowance")) {
            errors.add(Item.pointer(pointer + "/quantity", "negative", "`quantity` can't be negative for an allowance, which is never released."));
        }
        if (event.quantity == 0) {
            errors.add(Item.pointer(pointer + "/quantity", "zero", "`quantity` must not be 0."));
        }
    }

    private static void time(@Nullable Instant occurredAt, Instant now, String pointer, List<Item> errors) {
        if (occurredAt == null) {
            return;
        }
        if (occurredAt.isAfter(now.plus(AHEAD_MAX))) {
            errors.add(Item.pointer(pointer, "too_far_ahead", "`occurred_at` can be at most 5 minutes in the future."));
        } else if (occurredAt.isBefore(now.minus(BACK_MAX))) {
            errors.add(Item.pointer(pointer, "too_far_back", "`occurred_at` can be at most 35 days in the past."));
        }
    }

    /**
     * The events to record: each external id once, and none that was recorded before.
     *
     * @param recorded the events that were recorded before
     * @throws ProblemException {@code conflict} with every event that differs from another event with the same external id
     */
    static List<NewEvent> newEvents(List<ReportedEvent> events, List<RecordedEvent> recorded, Instant now) {
        var known = new HashMap<String, RecordedEvent>();
        recorded.forEach(event -> known.put(event.externalId(), event));
        var newEvents = new ArrayList<NewEvent>();
        var errors = new ArrayList<Item>();
        for (int number = 0; number < events.size(); number++) {
            var event = events.get(number);
            var before = known.get(event.externalId);
            if (before == null) {
                var first = event.at(now);
                known.put(event.externalId, first);
                newEvents.add(new NewEvent(number, event, first.occurredAt()));
            } else if (!event.repeats(before)) {
                errors.add(Item.pointer("/events/" + number, "conflict", "Another event with this `external_id` has other values."));
            }
        }
        if (!errors.isEmpty()) {
            throw Problem.CONFLICT.because("A recorded event can't change. Use another `external_id`.").withAll(errors);
        }
        return newEvents;
    }
}
