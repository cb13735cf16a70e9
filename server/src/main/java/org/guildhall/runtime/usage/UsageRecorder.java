package org.guildhall.runtime.usage;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.guildhall.catalog.Catalog.ResourceKey;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.entitlements.EffectiveRules;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.usage.UsageCounterStore.Pool;
import org.guildhall.runtime.usage.UsageEventRules.NewEvent;
import org.guildhall.runtime.usage.UsageEventRules.ReportedEvent;
import org.guildhall.runtime.usage.UsageRules.Outcome;
import org.guildhall.runtime.usage.UsageRules.Reason;
import org.guildhall.runtime.usage.UsageRules.Refused;
import org.guildhall.runtime.usage.UsageRules.UsageEntry;
import org.guildhall.runtime.usage.UsageStore.NewRow;
import org.guildhall.runtime.usage.UsageStore.Report;

/**
 * Records usage reports. It locks all pools of a report until the commit, so that no other request uses the same allowance. It locks them
 * in the order of their ids, so that two reports never deadlock. The number of round trips doesn't depend on the number of events.
 */
final class UsageRecorder {

    /**
     * A recorded report.
     *
     * @param thresholds the thresholds that it reached and cleared
     */
    record RecordedReport(Report report, UsageThresholds.ThresholdChanges thresholds) {}

    /** The locked pools, and their rules by pool. The rules are read first, so that they are right for a pool in which no transition is due. */
    private record PoolReads(Supplier<Map<UUID, EffectiveRules>> rules, Supplier<List<Pool>> pools) {

        Map<UUID, Pool> byOrganization() {
            return pools.get().stream().collect(Collectors.toMap(Pool::organizationId, Function.identity()));
        }
    }

    private final Catalog catalog;
    private final Pools pools;
    private final UsageCounterStore counters;
    private final UsageStore usage;
    private final UsageThresholds thresholds;

    UsageRecorder(Catalog catalog, Pools pools, UsageCounterStore counters, UsageStore usage, UsageThresholds thresholds) {
        this.catalog = catalog;
        this.pools = pools;
        this.counters = counters;
        this.usage = usage;
        this.thresholds = thresholds;
    }

    /**
     * Records all events of a report, or none.
     *
     * @throws ProblemException {@code validation_failed}, {@code conflict}, {@code invalid_state} or {@code entitlement_exceeded}, with the events
     */
    RecordedReport record(Tx tx, Changes changes, List<ReportedEvent> events) {
        var batch = new Batch();
        var registered = catalog.resourceKeys(batch, each(events, ReportedEvent::resourceKey));
        counters.lock(batch, each(events, ReportedEvent::organizationId));
        var recorded = usage.known(batch, each(events, ReportedEvent::externalId));
        var locked = read(batch, events);
        batch.send(tx);
        var keys = registered.get().stream().collect(Collectors.toMap(ResourceKey::key, Function.identity()));
        ProblemException.ifAny(UsageEventRules.errors(events, locked.byOrganization().keySet(), keys, tx.now()));

        var settled = settled(tx, changes, events, locked);
        var pools = settled.byOrganization();
        var now = pools.values().stream().map(Pool::now).max(Comparator.naturalOrder()).orElseThrow();
        var newEvents = UsageEventRules.newEvents(events, recorded.get(), now);
        requireActive(newEvents, pools);

        var zone = pools.values().iterator().next().zone();
        var entries = newEvents.stream().map(newEvent -> entry(newEvent, pools, keys, zone)).toList();
        var rules = new UsageRules(settled.rules.get(), zone);
        var outcome = rules.decide(entries, counters.counters(tx, rules.counters(entries)));
        var organizations = pools.values().stream().collect(Collectors.toMap(Pool::id, Pool::organizationId));
        refuse(outcome.refused(), organizations);
        return write(tx, events.size(), newEvents, entries, outcome, organizations, now);
    }

    private PoolReads read(Batch batch, List<ReportedEvent> events) {
        var organizationIds = each(events, ReportedEvent::organizationId);
        return new PoolReads(
                counters.entitlements(batch, organizationIds, each(events, ReportedEvent::resourceKey)), counters.pools(batch, organizationIds));
    }

    private static <A, B> Collection<B> each(List<A> all, Function<A, B> property) {
        return all.stream().map(property).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The pools after their due transitions are written. */
    private PoolReads settled(Tx tx, Changes changes, List<ReportedEvent> events, PoolReads locked) {
        var due = locked.pools.get().stream().filter(Pool::due).toList();
        if (due.isEmpty()) {
            return locked;
        }
        due.forEach(pool -> pools.lock(tx, changes, pool.organizationId()));
        var batch = new Batch();
        var settled = read(batch, events);
        batch.send(tx);
        return settled;
    }

    private static void requireActive(List<NewEvent> newEvents, Map<UUID, Pool> pools) {
        for (var newEvent : newEvents) {
            var pool = Objects.requireNonNull(pools.get(newEvent.event().organizationId()));
            Require.active(pool.organizationState(), "/events/" + newEvent.number() + "/organization_id", "organization");
        }
    }

    private static UsageEntry entry(NewEvent newEvent, Map<UUID, Pool> pools, Map<String, ResourceKey> keys, ZoneId zone) {
        var event = newEvent.event();
        return new UsageEntry(
                newEvent.number(), Objects.requireNonNull(pools.get(event.organizationId())).id(), event.resourceKey(),
                Objects.requireNonNull(keys.get(event.resourceKey())).kind().equals("allowance"), event.quantity(),
                newEvent.occurredAt().atZone(zone).toLocalDate());
    }

    private static void refuse(List<Refused> refused, Map<UUID, UUID> organizations) {
        if (refused.isEmpty()) {
            return;
        }
        var items = refused.stream().map(UsageRecorder::item).toList();
        var exceeded = refused.stream()
                .filter(UsageRecorder::isExceeded)
                .map(refusal -> LimitExceeded.of(
                        Objects.requireNonNull(organizations.get(refusal.counter().poolId())), refusal.counter().resourceKey(),
                        refusal.counter().period(), refusal.limit(), refusal.used()))
                .distinct()
                .toList();
        throw (exceeded.isEmpty() ? Problem.CONFLICT.because(items.getFirst().detail()) : LimitExceeded.refusal(exceeded)).withAll(items);
    }

    private static boolean isExceeded(Refused refused) {
        return refused.reason() == Reason.NOT_ENTITLED || refused.reason() == Reason.BEYOND_LIMIT;
    }

    private static Item item(Refused refused) {
        var key = refused.counter().resourceKey();
        return Item.pointer("/events/" + refused.number(), isExceeded(refused) ? "entitlement_exceeded" : "conflict", switch (refused.reason()) {
            case NOT_ENTITLED -> "The organization isn't entitled to " + key + ".";
            case BEYOND_LIMIT -> "The event exceeds the organization's entitlement to " + key + ".";
            case BELOW_ZERO -> "The event releases more of " + key + " than is in use.";
            case BEYOND_COUNTING -> "The use of " + key + " would exceed the largest number.";
        });
    }

    private RecordedReport write(
            Tx tx, int reported, List<NewEvent> newEvents, List<UsageEntry> entries, Outcome outcome, Map<UUID, UUID> organizations, Instant now) {
        var rows = IntStream.range(0, newEvents.size()).mapToObj(at -> row(newEvents.get(at), entries.get(at))).toList();
        var report = new Report(Ids.next(), rows.size(), reported - rows.size(), now.truncatedTo(ChronoUnit.MICROS));
        usage.record(tx, report, rows);
        return new RecordedReport(report, thresholds.write(tx, organizations, outcome.reached(), outcome.cleared(), report.id(), now));
    }

    private static NewRow row(NewEvent newEvent, UsageEntry entry) {
        return new NewRow(
                newEvent.event().externalId(), newEvent.event().organizationId(), entry.poolId(), entry.resourceKey(), entry.allowance(),
                entry.quantity(), newEvent.occurredAt(), entry.day());
    }
}
