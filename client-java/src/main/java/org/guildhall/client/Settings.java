package org.guildhall.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * How calls are sent.
 *
 * @param token asked before each attempt; may give null for none
 * @param http with the pool of connections, which clients made from one another share
 * @param timeout of one attempt, until its answer is there whole
 */
record Settings(URI base, Supplier<String> token, HttpClient http, Duration timeout, Retries retries, CallObserver observer) {

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    Settings withToken(Supplier<String> other) {
        return new Settings(base, other, http, timeout, retries, observer);
    }

    Settings withTimeout(Duration other) {
        return new Settings(base, token, http, other, retries, observer);
    }

    Settings withRetries(Retries other) {
        return new Settings(base, token, http, timeout, other, observer);
    }

    /** Host and port, as an operator would look for them. */
    String server() {
        int port = base.getPort();
        if (port < 0) {
            port = "https".equals(base.getScheme()) ? HTTPS_PORT : HTTP_PORT;
        }
        return base.getHost() + ":" + port;
    }

    static Duration positive(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("A time must be more than nothing.");
        }
        return time;
    }

    static int notNegative(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("A count can't be negative.");
        }
        return count;
    }

    /** Not with the members: a supplier may show the token. */
    @Override
    public String toString() {
        return "Settings[" + server() + "]";
    }
}
