package org.guildhall.schedule.series;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.time.zone.ZoneRulesProvider;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.guildhall.core.data.TimeZones;

/** A time zone whose rules a test changes, as a new version of the time zone database does. */
final class MovingZone {

    private static final ConcurrentHashMap<String, ZoneRules> RULES = new ConcurrentHashMap<>();
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** Its rules aren't cached by the zone. */
    private static final class Provider extends ZoneRulesProvider {

        private final String name;

        Provider(String name) {
            this.name = name;
        }

        @Override
        protected Set<String> provideZoneIds() {
            return Set.of(name);
        }

        @Override
        protected ZoneRules provideRules(String zone, boolean forCaching) {
            return forCaching ? null : RULES.get(zone);
        }

        @Override
        protected NavigableMap<String, ZoneRules> provideVersions(String zone) {
            return new TreeMap<>(java.util.Map.of("1", RULES.get(zone)));
        }
    }

    final String name = "Moving/Zone_" + COUNT.incrementAndGet();

    MovingZone(int hours) {
        // The names that callers can use are read once, without this zone.
        TimeZones.isKnown(name);
        changeTo(hours);
        ZoneRulesProvider.registerProvider(new Provider(name));
    }

    /** From now on the zone is so many hours before UTC. */
    void changeTo(int hours) {
        RULES.put(name, ZoneRules.of(ZoneOffset.ofHours(hours)));
    }

    /** From now on the zone is so many hours before UTC, and one hour more from a local time that doesn't exist then. */
    void changeTo(int hours, LocalDateTime gap) {
        var before = ZoneOffset.ofHours(hours);
        var change = ZoneOffsetTransition.of(gap, before, ZoneOffset.ofHours(hours + 1));
        RULES.put(name, ZoneRules.of(before, before, List.of(change), List.of(change), List.of()));
    }
}
