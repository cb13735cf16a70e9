package org.guildhall.schedule.series;

import java.util.List;
import java.util.UUID;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.data.Tx;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/**
 * The job that moves sessions of series after time zone rules have changed, once a server with newer rules runs. Without newer rules and sessions that
 * wait for an operator it has nothing to do.
 */
final class ZoneRulesJob {

    private static final String NAME = "zone-rules";
    private static final UUID FIRST = new UUID(0, 0);
    /** A batch has the sessions of its series locked, and bookings of these wait for it. */
    private static final int SERIES_AT_ONCE = 5;

    private final SeriesStore series;
    private final ZoneRulesChange change;

    ZoneRulesJob(SeriesStore series, ZoneRulesChange change) {
        this.series = series;
        this.change = change;
    }

    Tasks.Job offered() {
        return new Tasks.Job(
                NAME, "Move sessions after a change of time zone rules", "schedule", "50 3 * * *", true, List.of(),
                tx -> !series.ofOlderRules(tx, FIRST, 1).isEmpty(), this::step);
    }

    private Tasks.JobStep step(Tx tx, Events events, @Nullable String from) {
        var found = series.ofOlderRules(tx, from == null ? FIRST : UUID.fromString(from), SERIES_AT_ONCE);
        int changed = 0;
        for (var id : found) {
            var changes = events.begin(new Source("series.updated", "access", NAME, Actor.JOB, null, null));
            change.apply(tx, changes, id);
            changed += changes.isEmpty() ? 0 : 1;
        }
        return new Tasks.JobStep(
                found.size() < SERIES_AT_ONCE ? null : found.getLast().toString(), found.size(), changed, found.size() - changed, 0, List.of());
    }
}
