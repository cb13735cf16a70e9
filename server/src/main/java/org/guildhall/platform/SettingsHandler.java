package org.guildhall.platform;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.RateLimitSetting;
import org.guildhall.api.model.Settings;
import org.guildhall.api.model.SettingsPatch;
import org.guildhall.api.model.TenantId;
import org.guildhall.api.model.TenantMode;
import org.guildhall.api.model.TenantState;
import org.guildhall.api.platform.SettingsApi;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Currencies;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.platform.SettingsStore.Row;
import org.guildhall.platform.SettingsStore.Values;
import org.jspecify.annotations.Nullable;

/** A tenant's own settings: {@code /platform/settings}. */
final class SettingsHandler implements SettingsApi<Call> {

    private final SettingsStore settings;
    private final Platform.TenantChanges tenantChanges;

    SettingsHandler(SettingsStore settings, Platform.TenantChanges tenantChanges) {
        this.settings = settings;
        this.tenantChanges = tenantChanges;
    }

    @Override
    public Reply<Settings> getSettings(Call call) {
        return Reply.ok(toApi(settings.get(call.tx())));
    }

    @Override
    public Reply<Settings> updateSettings(Call call, Patch<SettingsPatch> patch) {
        var before = settings.lock(call.tx());
        call.expect(before.version());
        var current = patchable(before.values());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        var wrong = new ArrayList<Item>();
        // An unchanged zone or currency passes, even if it has gone out of use.
        if (!wanted.timeZone().equals(current.timeZone())) {
            wrong.addAll(unknownZone(wanted.timeZone()));
        }
        if (!wanted.currency().equals(current.currency())) {
            wrong.addAll(Currencies.check("/currency", wanted.currency()));
        }
        if (!wanted.ipAllowList().equals(current.ipAllowList())) {
            wrong.addAll(unusable(wanted.ipAllowList(), call.address()));
        }
        wrong.addAll(OwnLimit.unusable("/rate_limit", current.rateLimit(), wanted.rateLimit()));
        wrong.addAll(OwnLimit.aboveMaximum(maximum(before), current.rateLimit(), wanted.rateLimit()));
        ProblemException.ifAny(wrong);
        var after = settings.update(call.tx(), before, new Values(
                wanted.timeZone(), wanted.currency(), wanted.tokenLifetimeDaysMax(), wanted.ipAllowList(), wanted.webhookRetentionDays(),
                wanted.rateLimit().limit(), wanted.rateLimit().windowSeconds()));
        if (!wanted.timeZone().equals(current.timeZone())) {
            tenantChanges.timeZoneChanged(call.tx());
        }
        var result = toApi(after);
        call.changed(result.id(), toApi(before), result);
        call.credentialsChanged();
        return Reply.ok(result);
    }

    /** Refuses an unknown time zone or currency. */
    static void requireKnown(String timeZone, String currency) {
        var wrong = new ArrayList<>(unknownZone(timeZone));
        wrong.addAll(Currencies.check("/currency", currency));
        ProblemException.ifAny(wrong);
    }

    private static List<Item> unknownZone(String timeZone) {
        return TimeZones.isKnown(timeZone)
                ? List.of()
                : List.of(Item.pointer("/time_zone", "unknown", "The IANA time zone database has no zone with this exact name."));
    }

    /** Items for malformed ranges, and for a list that would lock its caller out. */
    private static List<Item> unusable(List<String> ranges, InetAddress caller) {
        var wrong = new ArrayList<Item>();
        boolean included = ranges.isEmpty();
        for (int at = 0; at < ranges.size(); at++) {
            try {
                included |= IpRange.parse(ranges.get(at)).contains(caller);
            } catch (IllegalArgumentException malformed) {
                wrong.add(Item.pointer("/ip_allow_list/" + at, "format", "The entry must be a network in CIDR notation."));
            }
        }
        if (wrong.isEmpty() && !included) {
            wrong.add(Item.pointer("/ip_allow_list", "locks_out",
                    "The list must include " + caller.getHostAddress() + ", the address of this request."));
        }
        return wrong;
    }

    private static SettingsPatch patchable(Values values) {
        return new SettingsPatch(
                values.timeZone(), values.currency(), values.tokenLifetimeDaysMax(), values.ipAllowList(), values.webhookRetentionDays(), limit(values));
    }

    private static RateLimitSetting limit(Values values) {
        return new RateLimitSetting((int) values.rateLimit(), values.rateWindowSeconds());
    }

    private static @Nullable RateLimitSetting maximum(Row row) {
        return ConsumersHandler.setting(row.tenant().rateLimitMaximum(), row.tenant().rateMaximumWindowSeconds());
    }

    private static Settings toApi(Row row) {
        var values = row.values();
        return new Settings(
                new TenantId(row.tenantId()), row.tenant().name(), TenantMode.fromValue(row.tenant().mode()),
                TenantState.fromValue(row.tenant().state()),
                values.timeZone(), values.currency(), values.tokenLifetimeDaysMax(), values.ipAllowList(), values.webhookRetentionDays(), limit(values),
                maximum(row), row.createdAt(), row.updatedAt(), row.version());
    }
}
