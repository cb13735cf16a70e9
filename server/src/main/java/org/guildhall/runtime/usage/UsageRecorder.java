package org.guildhall.runtime.usage;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
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
 * Records what is used. All pools of a report are held, in the order of their ids, until it is committed: nobody else can use what it was
 * allowed by, and two reports never wait for each other. However many events and organizations there are, it takes as many round trips.
 */
final class UsageRecorder {

    /**
     * What became of a report.
     *
     * @param told the thresholds that it reached and took back
     */
    record Done(Report report, UsageThresholds.ThresholdChanges told) {}

    private final Catalog catalog;
    private final Pools pools;
    private final UsageCounterStore meter;
    private final UsageStore usage;
    private final UsageThresholds thresholds;

    UsageRecorder(Catalog catalog, Pools pools, UsageCounterStore meter, UsageStore usage, UsageThresholds thresholds) {
        this.catalog = catalog;
        this.pools = pools;
        this.meter = meter;
        this.usage = usage;
        this.thresholds = thresholds;
    }

    /**
     * Records all events of a report, or none.
     *
     * @throws ProblemException {@code validation_failed}, {@code conflict}, {@code invalid_state} or {@code entitlement_exceeded}, with the events
     */
    Done record(Tx tx, Changes changes, List<ReportedEvent> events) {
        // What doesn't need the pools is asked before they are held.
        var keys = catalog.resourceKeys(tx, each(events, ReportedEvent::resourceKey)).stream()
                .collect(Collectors.toMap(ResourceKey::key, Function.identity()));
        var held = meter.lockPools(tx, each(events, ReportedEvent::organizationId));
        ProblemException.ifAny(UsageEventRules.mistakes(events, held.keySet(), keys, tx.now()));

        var settled = settled(tx, changes, held.values());
        var now = settled.values().stream().map(Pool::now).max(Comparator.naturalOrder()).orElseThrow();
        var fresh = UsageEventRules.fresh(events, usage.known(tx, each(events, ReportedEvent::externalId)), now);
        requireActive(fresh, settled);

        var zone = settled.values().iterator().next().zone();
        var uses = fresh.stream().map(one -> use(one, held, keys, zone)).toList();
        var metering = new UsageRules(fresh.isEmpty() ? Map.of() : meter.entitlements(tx, held.values(), each(uses, UsageEntry::resourceKey), now), zone);
        var outcome = metering.decide(uses, uses.isEmpty() ? Map.of() : meter.counters(tx, metering.accounts(uses)));
        refuse(outcome.refused(), settled);
        return written(tx, events.size(), fresh, uses, outcome, now);
    }

    private static <A, B> Collection<B> each(List<A> all, Function<A, B> what) {
        return all.stream().map(what).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The pools as they stand once everything is settled that was due, by organization. */
    private Map<UUID, Pool> settled(Tx tx, Changes changes, Collection<UUID> poolIds) {
        var found = meter.pools(tx, poolIds);
        var due = found.stream().filter(Pool::due).toList();
        if (!due.isEmpty()) {
            due.forEach(pool -> pools.lock(tx, changes, pool.organizationId()));
            found = meter.pools(tx, poolIds);
        }
        var settled = new HashMap<UUID, Pool>();
        found.forEach(pool -> settled.put(pool.organizationId(), pool));
        return settled;
    }

    private static void requireActive(List<NewEvent> fresh, Map<UUID, Pool> pools) {
        for (var one : fresh) {
            var pool = Objects.requireNonNull(pools.get(one.event().organizationId()));
            Require.active(pool.organizationState(), "/events/" + one.number() + "/organization_id", "organization");
        }
    }

    private static UsageEntry use(NewEvent one, Map<UUID, UUID> pools, Map<String, ResourceKey> keys, ZoneId zone) {
        var event = one.event();
        return new UsageEntry(
                one.number(), Objects.requireNonNull(pools.get(event.organizationId())), event.resourceKey(),
                Objects.requireNonNull(keys.get(event.resourceKey())).kind().equals("allowance"), event.quantity(),
                one.occurredAt().atZone(zone).toLocalDate());
    }

    private static void refuse(List<Refused> refused, Map<UUID, Pool> pools) {
        if (refused.isEmpty()) {
            return;
        }
        var items = refused.stream().map(UsageRecorder::item).toList();
        var organizations = pools.values().stream().collect(Collectors.toMap(Pool::id, Pool::organizationId));
        var exceeded = refused.stream()
                .filter(UsageRecorder::isExceeded)
                .map(one -> LimitExceeded.of(Objects.requireNonNull(organizations.get(one.account().poolId())), one.account().resourceKey(),
                        one.account().period(), one.limit(), one.used()))
                .distinct()
                .toList();
        throw (exceeded.isEmpty() ? Problem.CONFLICT.because(items.getFirst().detail()) : LimitExceeded.refusal(exceeded)).withAll(items);
    }

    private static boolean isExceeded(Refused refused) {
        return refused.reason() == Reason.NOT_ENTITLED || refused.reason() == Reason.BEYOND_LIMIT;
    }

    private static Item item(Refused refused) {
        var key = refused.account().resourceKey();
        return Item.pointer("/events/" + refused.number(), isExceeded(refused) ? "entitlement_exceeded" : "conflict", switch (refused.reason()) {
            case NOT_ENTITLED -> "The organization isn't entitled to " + key + ".";
            case BEYOND_LIMIT -> "Goes beyond what the organization is entitled to of " + key + ".";
            case BELOW_ZERO -> "Releases more of " + key + " than is in use.";
            case BEYOND_COUNTING -> "Is more of " + key + " than can be counted.";
        });
    }

    private Done written(Tx tx, int reported, List<NewEvent> fresh, List<UsageEntry> uses, Outcome outcome, Instant now) {
        var rows = IntStream.range(0, fresh.size()).mapToObj(at -> row(fresh.get(at), uses.get(at))).toList();
        var report = new Report(Ids.next(), rows.size(), reported - rows.size(), now.truncatedTo(ChronoUnit.MICROS));
        if (usage.record(tx, report, rows) < rows.size()) {
            throw Problem.CONFLICT.because("Another request has just recorded an event with one of these external ids.");
        }
        return new Done(report, thresholds.write(tx, outcome.reached(), outcome.cleared(), report.id(), now));
    }

    private static NewRow row(NewEvent one, UsageEntry use) {
        return new NewRow(
                one.event().externalId(), one.event().organizationId(), use.poolId(), use.resourceKey(), use.allowance(), use.quantity(),
                one.occurredAt(), use.day());
    }
}
