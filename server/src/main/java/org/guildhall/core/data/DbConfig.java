package org.guildhall.core.data;

import java.time.Duration;

/**
 * How the database is reached.
 *
 * @param url a JDBC address, {@code jdbc:postgresql://host:port/database}
 * @param poolSize connections for requests at most
 * @param jobPoolSize connections for work that no request waits for, beside those
 * @param poolWait how long a request waits for one before it is told to come back (503)
 * @param tenantShare how much of the connections for requests the changes of one tenant may have at once, in percent
 */
public record DbConfig(String url, String user, String password, int poolSize, int jobPoolSize, Duration poolWait, int tenantShare) {

    /** Connections for jobs unless it is said otherwise. */
    public static final int JOB_POOL = 4;

    /** The share of a tenant's changes unless it is said otherwise. */
    public static final int TENANT_SHARE = 50;

    /** With as large a share for each tenant as usual. */
    public DbConfig(String url, String user, String password, int poolSize, int jobPoolSize, Duration poolWait) {
        this(url, user, password, poolSize, jobPoolSize, poolWait, TENANT_SHARE);
    }

    /** With as many connections for jobs as usual. */
    public DbConfig(String url, String user, String password, int poolSize, Duration poolWait) {
        this(url, user, password, poolSize, JOB_POOL, poolWait);
    }
}
