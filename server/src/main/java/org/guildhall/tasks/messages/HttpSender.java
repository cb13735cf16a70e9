package org.guildhall.tasks.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.guildhall.core.outbound.ForbiddenTarget;
import org.guildhall.core.outbound.GuardedHttp;
import org.guildhall.core.outbound.OutboundFailure;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.core.outbound.TargetRules;
import org.guildhall.core.outbound.WebhookSignature;
import org.guildhall.tasks.messages.MessageSender.Mail;
import org.guildhall.tasks.messages.SendResult.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages to an HTTP endpoint, signed by Standard Webhooks. {@code webhook-id} is the id of the message, the same in each attempt. An
 * answer that doesn't say whether the message was accepted, and no answer after the body was sent, is {@link Outcome#UNKNOWN}.
 */
final class HttpSender {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PROVIDER_ID_MAX = 255;
    private static final Duration RETRY_AFTER_MAX = Duration.ofDays(1);
    /** Answers that say that nothing was accepted, and that a later attempt may be. */
    private static final Set<Integer> LATER = Set.of(408, 425, 429, 503);

    private final GuardedHttp http;
    private final OutgoingAddresses addresses;

    HttpSender(GuardedHttp http, OutgoingAddresses addresses) {
        this.http = http;
        this.addresses = addresses;
    }

    /** An endpoint. @param secret the key of the signature, {@code whsec_…} */
    record Endpoint(String url, String secret) {}

    /**
     * Sends a message. It never throws for a failure of the endpoint or the network.
     *
     * @param tenant the id of the tenant, which a receipt names
     * @param id the id of the message
     * @param within the time that the whole attempt may take
     */
    SendResult send(Endpoint endpoint, String tenant, String id, String category, Mail mail, Duration within) {
        try {
            requireEncryption(endpoint.url());
            var body = JSON.writeValueAsBytes(body(tenant, id, category, mail));
            var headers = Map.of(
                    "Content-Type", "application/json", "Accept", "application/json", WebhookSignature.ID, id,
                    WebhookSignature.TIMESTAMP, WebhookSignature.timestamp(mail.at()),
                    WebhookSignature.SIGNATURE, WebhookSignature.of(endpoint.secret()).sign(id, mail.at(), body));
            return result(http.send(new GuardedHttp.Request("POST", endpoint.url(), within, 0, headers, body)), mail.at());
        } catch (OutboundFailure failed) {
            return failure(failed);
        } catch (ForbiddenTarget forbidden) {
            return SendResult.of(Outcome.REFUSED, "target_forbidden", forbidden.getMessage());
        } catch (IOException failed) {
            return SendResult.of(Outcome.DEFERRED, "unreachable", "The name of the endpoint has no address.");
        }
    }

    /** Without encryption only to addresses that the operator has listed. */
    private void requireEncryption(String url) throws OutboundFailure, IOException {
        var target = TargetRules.http(url);
        if (target.getScheme().equalsIgnoreCase("http")) {
            addresses.resolveListed(target.getHost());
        }
    }

    private static Map<String, Object> body(String tenant, String id, String category, Mail mail) {
        var data = new LinkedHashMap<String, @Nullable Object>();
        data.put("tenant_id", tenant);
        data.put("message_id", id);
        data.put("email_message_id", mail.messageId());
        data.put("channel", "email");
        data.put("category", category);
        data.put("from", members("address", mail.senderAddress(), "name", mail.senderName()));
        data.put("to", members("address", mail.recipient(), "name", null));
        data.put("subject", mail.subject());
        data.put("body", mail.body());
        data.put("format", mail.isHtml() ? "html" : "text");
        data.put("unsubscribe_url", mail.unsubscribeUrl());
        var body = new LinkedHashMap<String, Object>();
        body.put("type", "message.send");
        body.put("timestamp", mail.at().toString());
        body.put("data", data);
        return body;
    }

    private static Map<String, @Nullable Object> members(String name, String value, String other, @Nullable String otherValue) {
        var members = new LinkedHashMap<String, @Nullable Object>();
        members.put(name, value);
        members.put(other, otherValue);
        return members;
    }

    private static SendResult result(GuardedHttp.Answer answer, Instant now) {
        int status = answer.status();
        var code = Integer.toString(status);
        if (status >= 200 && status < 300) {
            return SendResult.of(Outcome.SENT, code, null).withProviderMessageId(id(answer.body()));
        }
        if (LATER.contains(status)) {
            return SendResult.of(Outcome.DEFERRED, code, "The endpoint asks for a later attempt.").withRetryAfter(retryAfter(answer.retryAfter(), now));
        }
        return status < 500
                ? SendResult.of(Outcome.REFUSED, code, status < 400 ? "The endpoint redirects, which isn't followed." : "The endpoint has refused the message.")
                : SendResult.of(Outcome.UNKNOWN, code, "The endpoint has failed and may have accepted the message.");
    }

    /** The member {@code id} of the answer; null if there is none. */
    private static @Nullable String id(byte[] body) {
        try {
            JsonNode id = JSON.readTree(body).path("id");
            var text = id.isValueNode() && !id.isNull() ? id.asText() : "";
            return text.isEmpty() || text.length() > PROVIDER_ID_MAX || text.chars().anyMatch(Character::isISOControl) ? null : text;
        } catch (IOException unreadable) {
            return null;
        }
    }

    /** The wait of a {@code Retry-After} (RFC 9110), at most a day; null if there is none. */
    static @Nullable Duration retryAfter(@Nullable String header, Instant now) {
        if (header == null) {
            return null;
        }
        try {
            var wait = header.matches("[0-9]{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(header))
                    : Duration.between(now, ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT)).toInstant());
            return wait.isNegative() ? Duration.ZERO : wait.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : wait;
        } catch (DateTimeException unreadable) {
            return null;
        }
    }

    private static SendResult failure(OutboundFailure failed) {
        if (failed.isHandedOver()) {
            return SendResult.of(Outcome.UNKNOWN, word(failed.code()), "The message was handed over, and no answer came.");
        }
        var outcome = failed.code() == OutboundFailure.Code.TARGET_FORBIDDEN ? Outcome.REFUSED : Outcome.DEFERRED;
        return SendResult.of(outcome, word(failed.code()), failed.getMessage());
    }

    /** The word of an attempt, as for mail servers. */
    private static String word(OutboundFailure.Code code) {
        return switch (code) {
            case TARGET_FORBIDDEN -> "target_forbidden";
            case NAME_UNKNOWN, NO_RESOLVER, CONNECT_FAILED -> "unreachable";
            case TLS_FAILED -> "tls_failed";
            case TIMEOUT -> "timeout";
            case PROTOCOL_ERROR, TOO_MANY_REDIRECTS -> "lost_connection";
        };
    }
}
