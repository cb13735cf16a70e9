package org.guildhall.runtime.usage;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.api.Reply;
import org.guildhall.api.model.GetUsageQuery;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.Usage;
import org.guildhall.api.model.UsageGranularity;
import org.guildhall.api.model.UsageOfKey;
import org.guildhall.api.model.UsageSum;
import org.guildhall.api.runtime.UsageApi;
import org.guildhall.catalog.Catalog.ResourceKey;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.entitlements.AllowancePeriod;
import org.guildhall.runtime.usage.UsageStore.Level;
import org.guildhall.runtime.usage.UsageStore.Sum;
import org.jspecify.annotations.Nullable;

/** The use of an organization, by resource key and period: {@code /runtime/organizations/{id}/usage}. */
final class UsageHandler implements UsageApi<Call> {

    private static final int RESOURCES_SHOWN_MAX = 100;
    private static final int PERIODS_MAX = 400;
    private static final int PERIODS_OF_ALL_KEYS_MAX = 62;
    private static final int DAYS_DEFAULT = 30;

    private final Catalog catalog;
    private final UsageStore usage;

    UsageHandler(Catalog catalog, UsageStore usage) {
        this.catalog = catalog;
        this.usage = usage;
    }

    @Override
    public Reply<Usage> getUsage(Call call, OrganizationId organizationId, GetUsageQuery query) {
        var tx = call.tx();
        var resourceKey = query.resourceKey();
        var batch = new Batch();
        var found = usage.scope(batch, organizationId.value());
        var present = usage.levels(batch, organizationId.value(), resourceKey);
        var named = resourceKey == null ? null : catalog.resourceKeys(batch, List.of(resourceKey));
        batch.send(tx);
        var scope = Require.found(found.get());
        var granularity = query.granularity() == null ? UsageGranularity.DAY : UsageGranularity.fromValue(query.granularity().value());
        var periods = periods(query, granularity.value(), tx.now(), scope.zone());
        if (named != null) {
            requireReported(named.get());
        }
        var levels = present.get().stream().collect(Collectors.toMap(Level::resourceKey, Level::level));
        var sums = usage.sums(tx, scope.poolId(), resourceKey, periods).stream()
                .collect(Collectors.groupingBy(Sum::resourceKey, Collectors.toMap(sum -> periods.get(sum.number() - 1).startsOn(), Sum::quantity)));
        var keys = new TreeSet<>(sums.keySet());
        keys.addAll(levels.keySet());
        var shown = (named == null ? used(tx, keys) : named.get().stream()).map(key -> {
            var level = key.kind().equals("allowance") ? null : levels.getOrDefault(key.key(), 0L);
            return ofKey(key.key(), level, periods, granularity.value(), sums.getOrDefault(key.key(), Map.of()));
        });
        return Reply.plain(new Usage(organizationId, granularity, scope.zone().getId(), shown.toList(), keys.size() > RESOURCES_SHOWN_MAX));
    }

    /** The used resource keys in the answer. */
    private Stream<ResourceKey> used(Tx tx, SortedSet<String> keys) {
        var shown = keys.stream().limit(RESOURCES_SHOWN_MAX).toList();
        return shown.isEmpty() ? Stream.of() : catalog.resourceKeys(tx, shown).stream().sorted(Comparator.comparing(ResourceKey::key));
    }

    private static void requireReported(List<ResourceKey> named) {
        if (named.isEmpty()) {
            throw refusal("resource_key", "unknown_reference", "No integration registers this resource key.");
        }
        if (named.getFirst().countsSites() || named.getFirst().kind().equals("boolean")) {
            throw refusal("resource_key", "not_reported", "This resource key has no reported usage: it is of kind `boolean`, or it counts sites.");
        }
    }

    private static UsageOfKey ofKey(String key, @Nullable Long level, List<AllowancePeriod> periods, String granularity, Map<LocalDate, Long> used) {
        var sums = periods.stream().map(period -> sum(period, granularity, used)).toList();
        return new UsageOfKey(key, level, sums.stream().mapToLong(UsageSum::quantity).sum(), sums);
    }

    private static List<AllowancePeriod> periods(GetUsageQuery query, String granularity, Instant now, ZoneId zone) {
        var to = query.toOn() != null ? query.toOn() : now.atZone(zone).toLocalDate();
        var from = query.fromOn() != null ? query.fromOn() : to.minusDays(DAYS_DEFAULT - 1);
        if (from.isBefore(LocalDate.EPOCH)) {
            throw refusal("from_on", "too_far_back", "`from_on` must not be before " + LocalDate.EPOCH + ".");
        }
        if (to.isAfter(now.atZone(zone).toLocalDate().plusYears(1))) {
            throw refusal("to_on", "too_far_ahead", "`to_on` can be at most a year in the future.");
        }
        if (from.isAfter(to)) {
            throw refusal("from_on", "after_the_end", "`from_on` must not be after `to_on`.");
        }
        int periodsMax = query.resourceKey() == null ? PERIODS_OF_ALL_KEYS_MAX : PERIODS_MAX;
        var periods = new ArrayList<AllowancePeriod>();
        for (var start = AllowancePeriod.start(granularity, from); !start.isAfter(to); start = AllowancePeriod.next(granularity, start)) {
            if (periods.size() == periodsMax) {
                throw refusal("from_on", "too_many_periods", "`from_on` can be at most " + periodsMax + " periods before `to_on`.");
            }
            periods.add(AllowancePeriod.on(granularity, start, zone));
        }
        return periods;
    }

    private static ProblemException refusal(String parameter, String code, String detail) {
        return Problem.INVALID_PARAMETER.because(detail).with(Item.parameter(parameter, code, detail));
    }

    private static UsageSum sum(AllowancePeriod period, String granularity, Map<LocalDate, Long> used) {
        return new UsageSum(
                period.startsOn(), AllowancePeriod.next(granularity, period.startsOn()).minusDays(1), period.startsAt(), period.endsAt(),
                used.getOrDefault(period.startsOn(), 0L));
    }
}
