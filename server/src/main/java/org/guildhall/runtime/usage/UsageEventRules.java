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

/** What may be reported as used at all, and what has been before. */
final class UsageEventRules {

    /** For clocks that go wrong a little. */
    private static final Duration AHEAD_MAX = Duration.ofMinutes(5);
    /** So that a month can still be completed after it. */
    private static final Duration BACK_MAX = Duration.ofDays(35);

    /**
     * An event as it is reported.
     *
     * @param occurredAt null for now
     */
    record ReportedEvent(String externalId, UUID organizationId, String resourceKey, long quantity, @Nullable Instant occurredAt) {

        private RecordedEvent at(Instant now) {
            return new RecordedEvent(organizationId, resourceKey, quantity, occurredAt == null ? now : occurredAt);
        }

        private boolean repeats(RecordedEvent known) {
            return at(known.occurredAt()).equals(known);
        }
    }

    /** An event that wasn't recorded before, and its place in the report. */
    record NewEvent(int number, ReportedEvent event, Instant occurredAt) {}

    private UsageEventRules() {}

    /** Everything that is wrong with events in themselves. */
    static List<Item> mistakes(List<ReportedEvent> events, Set<UUID> organizations, Map<String, ResourceKey> keys, Instant now) {
        var wrong = new ArrayList<Item>();
        for (int number = 0; number < events.size(); number++) {
            var event = events.get(number);
            var at = "/events/" + number;
            if (!organizations.contains(event.organizationId)) {
                wrong.add(Item.pointer(at + "/organization_id", "unknown_reference", "There is no such organization."));
            }
            key(event, keys.get(event.resourceKey), at, wrong);
            time(event.occurredAt, now, at + "/occurred_at", wrong);
        }
        return wrong;
    }

    private static void key(ReportedEvent event, @Nullable ResourceKey key, String at, List<Item> wrong) {
        if (key == null) {
            wrong.add(Item.pointer(at + "/resource_key", "unknown_reference", "No integration registers this resource key."));
        } else if (key.countsSites()) {
            wrong.add(Item.pointer(at + "/resource_key", "counted_by_sites", "What is in use of it is the number of sites, and isn't reported."));
        } else if (key.kind().equals("boolean")) {
            wrong.add(Item.pointer(at + "/resource_key", "not_counted", "It is granted or not, and isn't used up."));
        } else if (event.quantity < 0 && key.kind().equals("allowance")) {
            wrong.add(Item.pointer(at + "/quantity", "negative", "What was used of an allowance isn't released again."));
        }
        if (event.quantity == 0) {
            wrong.add(Item.pointer(at + "/quantity", "zero", "Must not be 0."));
        }
    }

    private static void time(@Nullable Instant occurredAt, Instant now, String pointer, List<Item> wrong) {
        if (occurredAt == null) {
            return;
        }
        if (occurredAt.isAfter(now.plus(AHEAD_MAX))) {
            wrong.add(Item.pointer(pointer, "too_far_ahead", "May be 5 minutes ahead at most."));
        } else if (occurredAt.isBefore(now.minus(BACK_MAX))) {
            wrong.add(Item.pointer(pointer, "too_far_back", "May be 35 days back at most."));
        }
    }

    /**
     * The events that count: each id once, and none that was recorded before.
     *
     * @param recorded what was, by external id
     * @throws ProblemException {@code conflict} with every event that says something else than one with the same id
     */
    static List<NewEvent> fresh(List<ReportedEvent> events, Map<String, RecordedEvent> recorded, Instant now) {
        var known = new HashMap<>(recorded);
        var fresh = new ArrayList<NewEvent>();
        var wrong = new ArrayList<Item>();
        for (int number = 0; number < events.size(); number++) {
            var event = events.get(number);
            var before = known.get(event.externalId);
            if (before == null) {
                var first = event.at(now);
                known.put(event.externalId, first);
                fresh.add(new NewEvent(number, event, first.occurredAt()));
            } else if (!event.repeats(before)) {
                wrong.add(Item.pointer("/events/" + number, "conflict", "Another event has this external_id and says something else."));
            }
        }
        if (!wrong.isEmpty()) {
            throw Problem.CONFLICT.because("An event keeps what it was first reported with.").withAll(wrong);
        }
        return fresh;
    }
}
