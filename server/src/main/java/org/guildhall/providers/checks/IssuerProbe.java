package org.guildhall.providers.checks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.guildhall.core.auth.KeySets;
import org.guildhall.core.json.Json;
import org.guildhall.core.outbound.Deadline;
import org.guildhall.core.outbound.GuardedHttp.Answer;
import org.guildhall.core.outbound.GuardedHttp.Request;
import org.guildhall.core.outbound.GuardedHttp;
import org.guildhall.core.outbound.OutboundFailure;

/**
 * Asks an issuer of tokens whether others could verify its tokens: its metadata (OpenID Connect Discovery 1.0, else RFC 8414) names the same
 * issuer, and its key set has a public key for signatures.
 */
final class IssuerProbe {

    private static final int REDIRECTS_MAX = 3;
    private static final int NOT_FOUND = 404;

    private final GuardedHttp http;

    IssuerProbe(GuardedHttp http) {
        this.http = http;
    }

    /** @return the number of the signing keys */
    Map<String, String> observe(String issuer, Deadline deadline) throws OutboundFailure, CheckFailed {
        var metadata = metadata(issuer, deadline);
        if (!issuer.equals(metadata.path("issuer").textValue())) {
            throw new CheckFailed("unexpected_answer", "The metadata names another issuer.", Map.of());
        }
        var keySet = metadata.path("jwks_uri").textValue();
        if (keySet == null) {
            throw new CheckFailed("unexpected_answer", "The metadata has no `jwks_uri`.", Map.of());
        }
        var keys = KeySets.signingKeys(body(get(keySet, deadline), "key set"));
        if (keys.isEmpty()) {
            throw new CheckFailed("unexpected_answer", "The key set is no JSON Web Key Set.", Map.of());
        }
        var observed = Map.of("signing_keys", Integer.toString(keys.getAsInt()));
        if (keys.getAsInt() == 0) {
            throw new CheckFailed("unexpected_answer", "The key set has no public key for signatures.", observed);
        }
        return observed;
    }

    private JsonNode metadata(String issuer, Deadline deadline) throws OutboundFailure, CheckFailed {
        var answer = get(issuer.replaceFirst("/$", "") + "/.well-known/openid-configuration", deadline);
        if (answer.status() == NOT_FOUND) {
            answer = get(authorizationServer(URI.create(issuer)), deadline);
        }
        try {
            return Json.WIRE.readTree(body(answer, "metadata"));
        } catch (IOException unreadable) {
            throw new CheckFailed("unexpected_answer", "The metadata is no JSON.", Map.of());
        }
    }

    /** The address of the metadata of RFC 8414: the well-known part stands before the path. */
    private static String authorizationServer(URI issuer) {
        return issuer.getScheme() + "://" + issuer.getRawAuthority() + "/.well-known/oauth-authorization-server"
                + issuer.getRawPath().replaceFirst("/$", "");
    }

    private Answer get(String url, Deadline deadline) throws OutboundFailure {
        return http.send(new Request("GET", url, deadline.left(), REDIRECTS_MAX));
    }

    private static String body(Answer answer, String name) throws CheckFailed {
        var status = Integer.toString(answer.status());
        if (answer.status() != 200) {
            throw new CheckFailed("unexpected_answer", "The answer for the " + name + " has the status " + status + ".", Map.of("status", status));
        }
        if (answer.truncated()) {
            throw new CheckFailed("unexpected_answer", "The " + name + " is larger than 1 MiB.", Map.of());
        }
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
