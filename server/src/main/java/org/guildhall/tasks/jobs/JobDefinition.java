package org.guildhall.tasks.jobs;

import java.time.ZoneId;

/**
 * A job that a room offers. Its name is permanent.
 *
 * @param name lower-case words with hyphens
 * @param room the room that does the work
 * @param cron the default expression
 * @param mutating false if the job only reads
 */
public record JobDefinition(String name, String title, String room, String cron, boolean mutating, JobWork work) {

    /** The schedule by an expression that was checked before. */
    static Schedule schedule(String cron, ZoneId zone) {
        try {
            return new Schedule.Cron(CronExpression.parse(cron), zone);
        } catch (CronExpression.Malformed malformed) {
            throw new IllegalStateException(cron, malformed);
        }
    }
}
