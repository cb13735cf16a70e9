package org.guildhall.core.data;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A requested run of a task. The commit of the transaction that requests it writes it.
 *
 * @param name the task's name
 * @param tenant the tenant that the resource belongs to
 * @param id the resource that the task concerns
 * @param at the instant of the database's clock to run at; null for at once
 * @param priority tasks with a higher number run first among the due ones
 */
public record TaskRequest(String name, UUID tenant, UUID id, @Nullable Instant at, int priority) {

    String instance() {
        return tenant + "/" + id;
    }

    /** The request for the earlier of both instants. */
    TaskRequest earlier(TaskRequest other) {
        return at == null || other.at != null && at.isBefore(other.at) ? this : other;
    }
}
