package org.guildhall.billing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.core.json.Json;

/** Makes events in Stripe's form and sends them to a connection as Stripe does. */
public final class StripeSender {

    public static final String SECRET = "whsec_winterStreetSigningSecret01";

    private final Http provider;
    private final String path;
    private final String secret;

    /** @param provider without a token */
    public StripeSender(Http provider, String connectionId, String secret) {
        this.provider = provider;
        this.path = "/api/v1/billing/webhooks/" + connectionId;
        this.secret = secret;
    }

    /** The body of an event. @param object the members of the object */
    public static String event(String id, String type, long created, Map<String, ?> object) {
        return new String(Json.bytes(Map.of(
                "id", id, "object", "event", "type", type, "created", created, "livemode", true, "api_version", "2026-07-29.dahlia",
                "data", Map.of("object", object))), StandardCharsets.UTF_8);
    }

    /** Sends a body, signed now. */
    public Reply send(String body) {
        return send(body, header(body, secret, Instant.now().getEpochSecond()));
    }

    /** Sends a body with a header. */
    public Reply send(String body, String header) {
        return provider.post(path, body, "Stripe-Signature", header);
    }

    /** The header of a signed body. */
    public static String header(String body, String secret, long time) {
        return "t=" + time + ",v1=" + signature(body, secret, time);
    }

    /** The signature of a body. */
    public static String signature(String body, String secret, long time) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal((time + "." + body).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
