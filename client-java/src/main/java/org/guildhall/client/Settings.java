package org.guildhall.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The settings of a client.
 *
 * @param token called before each attempt; may return null for none
 * @param http the HTTP client, whose connections derived clients share
 * @param timeout the timeout of one attempt, until its answer is complete
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

    /** Host and port, for messages. */
    String server() {
        int port = base.getPort();
        if (port < 0) {
            port = "https".equals(base.getScheme()) ? HTTPS_PORT : HTTP_PORT;
        }
        return base.getHost() + ":" + port;
    }

    static Duration positive(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("A duration must be positive.");
        }
        return time;
    }

    static int notNegative(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("A count can't be negative.");
        }
        return count;
    }

    /** Leaves the members out: the token's supplier may print the token. */
    @Override
    public String toString() {
        return "Settings[" + server() + "]";
    }
}
