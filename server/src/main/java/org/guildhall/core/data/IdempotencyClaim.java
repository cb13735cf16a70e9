package org.guildhall.core.data;

import java.util.Arrays;
import java.util.UUID;

/**
 * The wish to be the one who does what an idempotency key stands for.
 *
 * @param lock what requests with this key wait for each other by; the same on every node, whatever keys it has
 * @param keyHmac the key as it is stored, under the server's first key
 * @param olderHmacs the same under the keys that only verify
 * @param requestHash method, path, query and body
 * @param operation the operation's id in the spec
 */
public record IdempotencyClaim(
        long lock, byte[] keyHmac, byte[][] olderHmacs, UUID consumer, byte[] requestHash, String operation, String requestId) {

    /** The key under each of the server's keys. */
    byte[][] hmacs() {
        var all = Arrays.copyOf(olderHmacs, olderHmacs.length + 1);
        all[olderHmacs.length] = keyHmac;
        return all;
    }
}
