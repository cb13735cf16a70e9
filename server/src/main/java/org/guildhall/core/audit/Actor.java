package org.guildhall.core.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who does something, as the audit trail has it.
 *
 * @param type operator, member, webhook or job
 * @param id the API consumer; null for what the platform does by itself
 */
public record Actor(String type, @Nullable UUID id) {

    /** The platform itself, by one of its jobs. */
    public static final Actor JOB = new Actor("job", null);
}
