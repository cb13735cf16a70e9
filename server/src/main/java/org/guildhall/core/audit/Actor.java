package org.guildhall.core.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The actor of an audit event.
 *
 * @param type operator, member, webhook or job
 * @param id the API consumer; null for the platform's own jobs
 */
public record Actor(String type, @Nullable UUID id) {

    /** A job of the platform. */
    public static final Actor JOB = new Actor("job", null);
}
