package org.guildhall.core.data;

import java.time.Duration;

/**
 * How the database is reached.
 *
 * @param url a JDBC address, {@code jdbc:postgresql://host:port/database}
 * @param poolSize connections for requests at most
 * @param jobPoolSize connections for work that no request waits for, beside those
 * @param poolWait how long a request waits for one before it is told to come back (503)
 */
public record DbConfig(String url, String user, String password, int poolSize, int jobPoolSize, Duration poolWait) {

    /** Connections for jobs unless it is said otherwise. */
    public static final int JOB_POOL = 4;

    /** With as many connections for jobs as usual. */
    public DbConfig(String url, String user, String password, int poolSize, Duration poolWait) {
        this(url, user, password, poolSize, JOB_POOL, poolWait);
    }
}
