package org.guildhall.core.data;

import java.time.ZoneId;
import java.time.zone.ZoneRulesProvider;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The zones and links of the IANA time zone database, by their IANA names. Java's list differs: it also has the older {@code SystemV}
 * rules, and lacks some links. {@code Factory}, the placeholder for an unset zone, is excluded.
 */
public final class TimeZones {

    /** The links that Java lacks, as in the database's file {@code backward} since 2024b. */
    private static final Map<String, String> LINKS = Map.of(
            "EST", "America/Panama", "MST", "America/Phoenix", "HST", "Pacific/Honolulu", "ROC", "Asia/Taipei", "GMT+0", "Etc/GMT", "GMT-0", "Etc/GMT");

    /** PostgreSQL reads these as abbreviations without daylight saving time. Callers use {@code Europe/Brussels} and the like instead. */
    private static final Set<String> ABBREVIATIONS = Set.of("CET", "EET", "MET", "WET");

    private static final Set<String> NAMES = names();

    private TimeZones() {}

    private static Set<String> names() {
        var names = new HashSet<>(ZoneId.getAvailableZoneIds());
        names.removeIf(name -> name.startsWith("SystemV/"));
        names.addAll(LINKS.keySet());
        names.removeAll(ABBREVIATIONS);
        return Set.copyOf(names);
    }

    /** True if the name is a zone or a link, in this exact spelling. */
    public static boolean isKnown(String name) {
        return NAMES.contains(name);
    }

    /** The zone of a known name. */
    public static ZoneId of(String name) {
        return ZoneId.of(name, LINKS);
    }

    /** The version of the time zone database that this server reads, such as {@code 2026a}. Newer ones sort behind it. */
    public static String rulesVersion() {
        return ZoneRulesProvider.getVersions("UTC").lastKey();
    }

    static Set<String> all() {
        return NAMES;
    }
}
