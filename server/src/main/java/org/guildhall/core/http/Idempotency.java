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

/** Idempotency keys: what is stored for one, and what is answered from it. The key itself is stored nowhere. */
public final class Idempotency {

    private static final Pattern RAW = Pattern.compile("[!#-~][!-~]{0,254}");
    /** Every character escaped, and the quotes. */
    private static final int QUOTED_CHARACTERS_MAX = 2 * 255 + 2;

    private static final Pattern QUOTED = Pattern.compile("\"((?:[!#-\\[\\]-~]|\\\\[\"\\\\]){1,255})\"");
    private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

    private final Keys keys;

    public Idempotency(Keys keys) {
        this.keys = keys;
    }

    /**
     * The key that a text stands for, 1 to 255 visible ASCII characters; null if it stands for none. The IETF draft writes a key as a
     * quoted string (RFC 9651); raw and quoted are the same key. A key that begins with a quote must be quoted.
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

    /** The key as it is stored: an HMAC bound to the tenant and consumer whose key it is. */
    public byte[] hmac(Caller caller, String key) {
        return keys.mac(Keys.Purpose.IDEMPOTENCY, parts(caller, key));
    }

    /** The same under the keys that only verify. */
    public byte[][] olderHmacs(Caller caller, String key) {
        return keys.olderMacs(Keys.Purpose.IDEMPOTENCY, parts(caller, key));
    }

    IdempotencyClaim claim(Caller caller, String key, Operation operation, byte[] fingerprint, String requestId) {
        return new IdempotencyClaim(lock(caller, key), hmac(caller, key), olderHmacs(caller, key), caller.consumer(), fingerprint, operation.id(), requestId);
    }

    /** Not by the server's keys: while they change, nodes that have the old ones and nodes that have the new ones wait for each other. */
    private static long lock(Caller caller, String key) {
        var hash = Sha256.begin();
        for (var part : parts(caller, key)) {
            hash.update(part);
        }
        return ByteBuffer.wrap(hash.digest()).getLong();
    }

    /** What is kept of an answer; sealed under the caller's key if it shows a secret. */
    StoredReply keep(Response answer, String key, Operation operation, byte[] fingerprint, @Nullable String entityType, @Nullable UUID entityId) {
        boolean sealed = operation.secret() && answer.status() < 300 && answer.body() != null;
        var body = sealed ? keys.seal(answer.body(), key) : answer.body();
        return new StoredReply(fingerprint, answer.status(), body, answer.headerLines(), sealed, entityType, entityId);
    }

    /** The first answer again. */
    Response replay(StoredReply kept, String key, byte[] fingerprint) {
        if (!MessageDigest.isEqual(kept.requestHash(), fingerprint)) {
            throw Problem.IDEMPOTENCY_KEY_REUSED.refusal()
                    .with(ProblemException.Item.header("Idempotency-Key", "reused", "The key was used with another method, path, query or body."));
        }
        var body = kept.sealed() && kept.reply() != null ? keys.open(kept.reply(), key) : kept.reply();
        if (kept.sealed() && body == null) {
            throw Problem.CONFLICT.because("The first answer showed a secret and can't be shown again: the server's keys have changed since.");
        }
        return Response.restored(kept.status(), body, kept.headers()).with("Idempotency-Replayed", "true");
    }

    private static byte[][] parts(Caller caller, String key) {
        return new byte[][] {
            caller.tenant().toString().getBytes(StandardCharsets.US_ASCII),
            caller.consumer().toString().getBytes(StandardCharsets.US_ASCII),
            key.getBytes(StandardCharsets.US_ASCII)
        };
    }
}
