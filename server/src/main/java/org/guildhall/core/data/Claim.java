package org.guildhall.core.data;

import java.util.UUID;

/**
 * The wish to be the one who does what an idempotency key stands for.
 *
 * @param keyHmac the key as it is stored, under the server's first key
 * @param olderHmacs the same under the keys that only verify
 * @param requestHash method, path, query and body
 * @param operation the operation's id in the spec
 */
public record Claim(byte[] keyHmac, byte[][] olderHmacs, UUID consumer, byte[] requestHash, String operation, String requestId) {}
