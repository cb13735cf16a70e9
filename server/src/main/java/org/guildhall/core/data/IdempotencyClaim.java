package org.guildhall.core.data;

import java.util.Arrays;
import java.util.UUID;

/**
 * A request's claim on an idempotency key.
 *
 * @param lock the number of the advisory lock for this key; equal on all nodes, whatever their server keys are
 * @param keyHmac the stored form of the key, under the server's first key
 * @param olderHmacs the HMACs under the server's older keys, which only verify
 * @param requestHash the hash of method, path, query and body
 * @param operation the operation's id in the spec
 */
public record IdempotencyClaim(
        long lock, byte[] keyHmac, byte[][] olderHmacs, UUID consumer, byte[] requestHash, String operation, String requestId) {

    /** The HMACs under all of the server's keys. */
    byte[][] hmacs() {
        var all = Arrays.copyOf(olderHmacs, olderHmacs.length + 1);
        all[olderHmacs.length] = keyHmac;
        return all;
    }
}
