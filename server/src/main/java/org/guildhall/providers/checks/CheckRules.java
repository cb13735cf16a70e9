package org.guildhall.providers.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.guildhall.core.outbound.OutboundFailure;
import org.guildhall.core.outbound.TargetRules;
import org.guildhall.core.outbound.WebhookSignature;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.providers.checks.CheckStore.Settings;
import org.jspecify.annotations.Nullable;

/** The settings that each type of check has. */
final class CheckRules {

    private static final Map<String, Set<String>> MEMBERS = Map.of(
            "http", Set.of("url", "expected"),
            "tcp", Set.of("host", "port"),
            "tls", Set.of("host", "port"),
            "dns", Set.of("host", "record_type", "expected"),
            "oauth_issuer", Set.of("url"),
            "webhook_delivery", Set.of("url", "secret"),
            "database", Set.of());
    private static final Map<String, Set<String>> REQUIRED = Map.of(
            "http", Set.of("url"),
            "tcp", Set.of("host", "port"),
            "tls", Set.of("host"),
            "dns", Set.of("host", "record_type"),
            "oauth_issuer", Set.of("url"),
            "webhook_delivery", Set.of("url", "secret"),
            "database", Set.of());

    private CheckRules() {}

    /**
     * Checks settings as a whole.
     *
     * @param secret the given one; null if it is kept or there is none
     * @throws ProblemException {@code validation_failed} for members that don't fit the type, {@code target_forbidden} for a URL that breaks a
     *     rule of targets
     */
    static void require(String type, Settings settings, @Nullable String secret) {
        var wrong = new ArrayList<Item>();
        for (var member : List.of("url", "host", "port", "record_type", "expected", "secret")) {
            boolean given = value(settings, member) != null;
            if (given && !allowed(type, member)) {
                wrong.add(Item.pointer("/target/" + member, "other_type", "A check of the type " + type + " has no `" + member + "`."));
            } else if (!given && required(type, member)) {
                wrong.add(Item.pointer("/target/" + member, "required", "A check of the type " + type + " needs `" + member + "`."));
            }
        }
        if (type.equals("http") && settings.target().expected() != null && !settings.target().expected().matches("[1-5][0-9][0-9]")) {
            wrong.add(Item.pointer("/target/expected", "status", "`expected` must be a status from 100 to 599."));
        }
        if (type.equals("oauth_issuer") && settings.target().url() != null && settings.target().url().matches(".*[?#].*")) {
            wrong.add(Item.pointer("/target/url", "issuer", "An issuer has no query and no fragment (RFC 8414)."));
        }
        if (type.equals("webhook_delivery") && secret != null && !WebhookSignature.isSecret(secret)) {
            wrong.add(Item.pointer("/target/secret", "format", "A secret is `whsec_` and 24 to 64 bytes in base64."));
        }
        if (settings.warnDays() != null && !type.equals("tls")) {
            wrong.add(Item.pointer("/warn_days", "other_type", "Only a check of the type tls has `warn_days`."));
        }
        if (settings.limits().failuresToBlock() < settings.limits().failuresToDegrade()) {
            wrong.add(Item.pointer("/failures_to_block", "too_small", "`failures_to_block` must not be less than `failures_to_degrade`."));
        }
        ProblemException.ifAny(wrong);
        if (settings.target().url() != null) {
            requireUrl(settings.target().url());
        }
    }

    private static void requireUrl(String url) {
        try {
            TargetRules.http(url);
        } catch (OutboundFailure refused) {
            throw Problem.TARGET_FORBIDDEN.at("/target/url", refused.getMessage());
        }
    }

    private static boolean allowed(String type, String member) {
        return MEMBERS.getOrDefault(type, Set.of()).contains(member);
    }

    private static boolean required(String type, String member) {
        return REQUIRED.getOrDefault(type, Set.of()).contains(member);
    }

    private static @Nullable Object value(Settings settings, String member) {
        var target = settings.target();
        return switch (member) {
            case "url" -> target.url();
            case "host" -> target.host();
            case "port" -> target.port();
            case "record_type" -> target.recordType();
            case "secret" -> settings.secret();
            default -> target.expected();
        };
    }
}
