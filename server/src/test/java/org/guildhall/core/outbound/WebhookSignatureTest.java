package org.guildhall.core.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures by Standard Webhooks, with the vector of its reference libraries. */
class WebhookSignatureTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final Instant AT = Instant.ofEpochSecond(1_614_265_330);
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
    private static final String VECTOR = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private final WebhookSignature signature = WebhookSignature.of(SECRET);

    private boolean verify(String id, String timestamp, String signatures, byte[] body) {
        return signature.verify(id, timestamp, signatures, body, AT);
    }

    @Test
    void vectorOfTheReferenceLibraries_isSignedAndVerified() {
        assertEquals(VECTOR, signature.sign(ID, AT, BODY));
        assertEquals(VECTOR, WebhookSignature.of(SECRET.substring("whsec_".length())).sign(ID, AT, BODY));
        assertTrue(verify(ID, WebhookSignature.timestamp(AT), VECTOR, BODY));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "v1,AAAA v1a,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,AAAA"})
    void severalSignatures_oneRight_verifies(String signatures) {
        assertTrue(verify(ID, "1614265330", signatures, BODY));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "v1", "v1,", "v1,%%%", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="})
    void wrongSignature_doesntVerify(String signatures) {
        assertFalse(verify(ID, "1614265330", signatures, BODY));
    }

    @Test
    void changedPart_doesntVerify() {
        assertFalse(verify("msg_other", "1614265330", VECTOR, BODY));
        assertFalse(verify(ID, "1614265331", VECTOR, BODY));
        assertFalse(verify(ID, "1614265330", VECTOR, "{}".getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @CsvSource({"-300, true", "300, true", "-301, false", "301, false"})
    void timestamp_withinFiveMinutes_verifies(long seconds, boolean verifies) {
        assertEquals(verifies, signature.verify(ID, "1614265330", VECTOR, BODY, AT.plusSeconds(seconds)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "1614265330.0", "-1614265330", "99999999999999999999"})
    void unreadableTimestamp_doesntVerify(String timestamp) {
        assertFalse(verify(ID, timestamp, VECTOR, BODY));
    }

    @Test
    void secretOfAnotherForm_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> WebhookSignature.of("whsec_c2hvcnQ="));
        assertThrows(IllegalArgumentException.class, () -> WebhookSignature.of("whsec_not base64"));
        assertNotEquals(WebhookSignature.newSecret(), WebhookSignature.newSecret());
        assertTrue(WebhookSignature.of(WebhookSignature.newSecret()).sign(ID, AT, BODY).startsWith("v1,"));
    }
}
