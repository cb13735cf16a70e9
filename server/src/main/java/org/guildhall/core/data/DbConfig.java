package org.guildhall.core.data;

import java.time.Duration;

/**
 * The database's address and the sizes of its pools.
 *
 * @param url a JDBC URL, {@code jdbc:postgresql://host:port/database}
 * @param poolSize the maximal number of connections for requests
 * @param jobPoolSize the maximal number of connections for background work, in addition
 * @param poolWait how long a request waits for a connection before it is refused (503)
 * @param tenantShare the part of the request pool that one tenant's changes may use at once, in percent
 */
public record DbConfig(String url, String user, String password, int poolSize, int jobPoolSize, Duration poolWait, int tenantShare) {

    /** The default of {@code jobPoolSize}. */
    public static final int JOB_POOL = 4;

    /** The default of {@code tenantShare}, in percent. */
    public static final int TENANT_SHARE = 50;

    /** With the default {@code tenantShare}. */
    public DbConfig(String url, String user, String password, int poolSize, int jobPoolSize, Duration poolWait) {
        this(url, user, password, poolSize, jobPoolSize, poolWait, TENANT_SHARE);
    }

    /** With the defaults of {@code jobPoolSize} and {@code tenantShare}. */
    public DbConfig(String url, String user, String password, int poolSize, Duration poolWait) {
        this(url, user, password, poolSize, JOB_POOL, poolWait);
    }
}
