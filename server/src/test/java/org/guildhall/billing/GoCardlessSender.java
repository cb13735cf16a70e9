package org.guildhall.billing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.guildhall.Http.Reply;
import org.guildhall.Http;

/** Sends bodies to a connection as GoCardless does. */
public final class GoCardlessSender {

    public static final String SECRET = "winterStreetEndpointSecret01";

    private final Http provider;
    private final String path;

    /** @param provider without a token */
    public GoCardlessSender(Http provider, String connectionId) {
        this.provider = provider;
        this.path = "/api/v1/billing/webhooks/" + connectionId;
    }

    /** Sends a signed body. */
    public Reply send(String body) {
        return send(body, signature("HmacSHA256", body, SECRET));
    }

    public Reply send(String body, String signature) {
        return provider.post(path, body, "Webhook-Signature", signature);
    }

    /** The HMAC of a body in lower-case hexadecimal digits. */
    public static String signature(String algorithm, String body, String secret) {
        try {
            var mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
