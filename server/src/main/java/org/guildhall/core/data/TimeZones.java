package org.guildhall.core.data;

import java.time.ZoneId;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The zones and links of the IANA time zone database, by its own names. Java's list differs: it has the older {@code SystemV} rules
 * besides, and lacks some links. {@code Factory}, the placeholder of a machine that was never set up, is not among them.
 */
public final class TimeZones {

    /** As in the file {@code backward} of the database since 2024b: its links that Java lacks. */
    private static final Map<String, String> LINKS = Map.of(
            "EST", "America/Panama", "MST", "America/Phoenix", "HST", "Pacific/Honolulu", "ROC", "Asia/Taipei", "GMT+0", "Etc/GMT", "GMT-0", "Etc/GMT");

    /** PostgreSQL takes these for abbreviations, which have no summer time: {@code Europe/Brussels} and its like say what is meant. */
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

    /** Whether the database has a zone or a link of this name, in this spelling. */
    public static boolean isKnown(String name) {
        return NAMES.contains(name);
    }

    /** The zone of a name that is known. */
    public static ZoneId of(String name) {
        return ZoneId.of(name, LINKS);
    }

    static Set<String> all() {
        return NAMES;
    }
}
