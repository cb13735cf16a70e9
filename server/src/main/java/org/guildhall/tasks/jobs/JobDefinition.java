package org.guildhall.tasks.jobs;

import java.time.ZoneId;
import java.util.List;
import java.util.function.Predicate;
import org.guildhall.core.data.Tx;

/**
 * A job that a room offers. Its name is permanent.
 *
 * @param name lower-case words with hyphens
 * @param room the room that does the work
 * @param cron the default expression
 * @param mutating false if the job only reads
 * @param lanes the lanes of providers that it depends on by default
 * @param needed false if a tick has nothing to do, so that it leaves no run
 */
public record JobDefinition(
        String name, String title, String room, String cron, boolean mutating, List<String> lanes, Predicate<Tx> needed, JobWork work) {

    /** The schedule by an expression that was checked before. */
    static Schedule schedule(String cron, ZoneId zone) {
        try {
            return new Schedule(CronExpression.parse(cron), zone);
        } catch (CronExpression.Malformed malformed) {
            throw new IllegalStateException(cron, malformed);
        }
    }
}
