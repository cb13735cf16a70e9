package org.guildhall.runtime.sites;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.runtime.sites.SiteStore.Row;

/** The state machine of sites, and the choice of the sites beyond a limit. */
final class SiteLifecycle {

    private static final Map<String, Set<String>> FROM = Map.of(
            "provisioning", Set.of("requested"),
            "active", Set.of("requested", "provisioning", "read_only"),
            "read_only", Set.of("active"),
            "removed", Set.of("requested", "provisioning", "active", "read_only"));

    private SiteLifecycle() {}

    /** @throws ProblemException {@code invalid_state} if a site can't change from one state to the other */
    static void requireTransition(String from, String to) {
        if (!FROM.getOrDefault(to, Set.of()).contains(from)) {
            throw Problem.INVALID_STATE.because("The site is " + from.replace('_', '-') + ".");
        }
    }

    /**
     * The sites beyond a limit. The sites to keep are chosen first, then the oldest ones.
     *
     * @param sites the sites that count against the limit, oldest first
     */
    static List<Row> surplus(List<Row> sites, long limit, Collection<UUID> keep) {
        if (sites.size() <= limit) {
            return List.of();
        }
        var kept = new HashSet<>(keep);
        var ordered = new ArrayList<Row>(sites.size());
        sites.stream().filter(site -> kept.contains(site.id())).forEach(ordered::add);
        sites.stream().filter(site -> !kept.contains(site.id())).forEach(ordered::add);
        return ordered.subList((int) limit, ordered.size());
    }
}
