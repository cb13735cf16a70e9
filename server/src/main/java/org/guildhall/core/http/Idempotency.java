package org.guildhall.core.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.UUID;
import java.util.regex.Pattern;
import org.guildhall.api.Operation;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.IdempotencyClaim;
import org.guildhall.core.data.StoredReply;
import org.guildhall.core.json.Sha256;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** Idempotency keys: the reply stored for a key, and its replay. The key itself is never stored. */
public final class Idempotency {

    private static final Pattern RAW = Pattern.compile("[!#-~][!-~]{0,254}");
    /** 255 characters, each escaped, and the two quotes. */
    private static final int QUOTED_CHARACTERS_MAX = 2 * 255 + 2;

    private static final Pattern QUOTED = Pattern.compile("\"((?:[!#-\\[\\]-~]|\\\\[\"\\\\]){1,255})\"");
    private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

    private final Keys keys;

    public Idempotency(Keys keys) {
        this.keys = keys;
    }

    /**
     * Reads a key of 1 to 255 visible ASCII characters from a header or path; null if malformed. The IETF draft writes a key as a quoted
     * string (RFC 9651); raw and quoted are the same key. A key that begins with a quote must be quoted.
     */
    public static @Nullable String key(String text) {
        if (text.length() > QUOTED_CHARACTERS_MAX) {
            return null;
        }
        var quoted = QUOTED.matcher(text);
        if (quoted.matches()) {
            return ESCAPED.matcher(quoted.group(1)).replaceAll("$1");
        }
        return RAW.matcher(text).matches() ? text : null;
    }

    /** The stored form of a key: an HMAC over tenant, consumer and key. */
    public byte[] hmac(Caller caller, String key) {
        return keys.mac(Keys.Purpose.IDEMPOTENCY, parts(caller, key));
    }

    /** The HMACs of the key under the older server keys, which only verify. */
    public byte[][] olderHmacs(Caller caller, String key) {
        return keys.olderMacs(Keys.Purpose.IDEMPOTENCY, parts(caller, key));
    }

    IdempotencyClaim claim(Caller caller, String key, Operation operation, byte[] fingerprint, String requestId) {
        return new IdempotencyClaim(lock(caller, key), hmac(caller, key), olderHmacs(caller, key), caller.consumer(), fingerprint, operation.id(), requestId);
    }

    /** The advisory lock's number. It doesn't depend on the server keys, so nodes with old and new keys lock against each other. */
    private static long lock(Caller caller, String key) {
        var hash = Sha256.begin();
        for (var part : parts(caller, key)) {
            hash.update(part);
        }
        return ByteBuffer.wrap(hash.digest()).getLong();
    }

    /** The stored form of an answer. An answer with a secret is encrypted under the caller's key. */
    StoredReply keep(Response answer, String key, Operation operation, byte[] fingerprint, @Nullable String entityType, @Nullable UUID entityId) {
        boolean sealed = operation.secret() && answer.status() < 300 && answer.body() != null;
        var body = sealed ? keys.seal(answer.body(), key) : answer.body();
        return new StoredReply(fingerprint, answer.status(), body, answer.headerLines(), sealed, entityType, entityId);
    }

    /** The first answer again. @throws ProblemException {@code idempotency_key_reused} if the request differs from the first one */
    Response replay(StoredReply stored, String key, byte[] fingerprint) {
        requireSame(stored, fingerprint);
        var body = stored.sealed() && stored.reply() != null ? keys.open(stored.reply(), key) : stored.reply();
        if (stored.sealed() && body == null) {
            throw Problem.CONFLICT.because("The first answer contained a secret and can't be read any more: the server's keys were changed.");
        }
        return Response.restored(stored.status(), body, stored.headers()).with("Idempotency-Replayed", "true");
    }

    /** @throws ProblemException {@code idempotency_key_reused} if the request differs from the first one */
    void requireSame(StoredReply stored, byte[] fingerprint) {
        if (!MessageDigest.isEqual(stored.requestHash(), fingerprint)) {
            throw Problem.IDEMPOTENCY_KEY_REUSED.refusal()
                    .with(ProblemException.Item.header("Idempotency-Key", "reused", "The key was used with another method, path, query or body."));
        }
    }

    private static byte[][] parts(Caller caller, String key) {
        return new byte[][] {
            caller.tenant().toString().getBytes(StandardCharsets.US_ASCII),
            caller.consumer().toString().getBytes(StandardCharsets.US_ASCII),
            key.getBytes(StandardCharsets.US_ASCII)
        };
    }
}
