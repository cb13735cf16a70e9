package org.guildhall.core.data;

import java.time.Duration;

/**
 * How the database is reached.
 *
 * @param url a JDBC address, {@code jdbc:postgresql://host:port/database}
 * @param poolSize connections at most
 * @param poolWait how long a request waits for one before it is told to come back (503)
 */
public record DbConfig(String url, String user, String password, int poolSize, Duration poolWait) {}
