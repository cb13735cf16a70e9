package org.guildhall.billing.dunning;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.guildhall.core.time.QuietHours;
import org.jspecify.annotations.Nullable;

/** When the steps of a case are due, and when they may be carried out. */
final class DunningSteps {

    /** Touching windows and suppressions of a policy can't move a step more often than this. */
    private static final int MOVES_MAX = 200;

    private DunningSteps() {}

    /**
     * A step of a policy.
     *
     * @param afterDays days after the opening of the case
     * @param action message or suspend
     * @param templateKey null for the server's own text
     */
    record Step(int afterDays, String action, @Nullable String templateKey, @Nullable String language) {

        boolean suspends() {
            return action.equals("suspend");
        }
    }

    /** Days on which no step is carried out, both included. */
    record Suppression(LocalDate firstDay, LocalDate lastDay, String reason) {

        boolean contains(LocalDate day) {
            return !day.isBefore(firstDay) && !day.isAfter(lastDay);
        }
    }

    /** The times at which no step is carried out. */
    record Pauses(QuietHours quiet, List<Suppression> suppressions) {}

    /** An instant to which a step is moved. @param reason quiet_hours or suppression: what holds it last */
    record Move(Instant to, String reason) {}

    /** The due instant of the first step. */
    static Instant first(List<Step> steps, Instant opened, ZoneId zone) {
        return later(opened, steps.getFirst().afterDays(), zone);
    }

    /**
     * The due instant of the step behind a position: the days between them after the step was carried out, so that a late step never brings the next
     * one closer.
     */
    static Instant next(List<Step> steps, int position, Instant carriedOut, ZoneId zone) {
        return later(carriedOut, steps.get(position).afterDays() - steps.get(position - 1).afterDays(), zone);
    }

    private static Instant later(Instant from, int days, ZoneId zone) {
        return from.atZone(zone).plusDays(days).toInstant();
    }

    /** The first instant from a given one at which a step may be carried out; null if that is the given one. */
    static @Nullable Move moved(Instant from, Pauses pauses, ZoneId zone) {
        Move move = null;
        for (int moves = 0; moves < MOVES_MAX; moves++) {
            var further = once(move == null ? from : move.to(), pauses, zone);
            if (further == null) {
                return move;
            }
            move = further;
        }
        return move;
    }

    private static @Nullable Move once(Instant at, Pauses pauses, ZoneId zone) {
        var day = LocalDate.ofInstant(at, zone);
        for (var suppression : pauses.suppressions()) {
            if (suppression.contains(day)) {
                return new Move(suppression.lastDay().plusDays(1).atStartOfDay(zone).toInstant(), "suppression");
            }
        }
        var quiet = pauses.quiet().at(at, zone);
        return quiet == null ? null : new Move(quiet.until(), "quiet_hours");
    }
}
