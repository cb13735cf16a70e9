package org.guildhall.billing.calls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signatures that are an HMAC of the body in lower-case hexadecimal digits. They have no time, so an event is known by its reference alone. */
public final class HexSignature {

    private HexSignature() {}

    /**
     * True if the body is signed with one of the secrets.
     *
     * @param algorithm such as {@code HmacSHA256}
     * @param secrets the secrets that are valid now
     */
    public static boolean verify(String algorithm, byte[] body, String signature, List<String> secrets) {
        var given = signature.getBytes(StandardCharsets.UTF_8);
        return secrets.stream().anyMatch(secret -> MessageDigest.isEqual(sign(algorithm, body, secret).getBytes(StandardCharsets.UTF_8), given));
    }

    private static String sign(String algorithm, byte[] body, String secret) {
        try {
            var mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
