package org.guildhall.core.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.UUID;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.data.AuditRecord;
import org.guildhall.core.data.Ids;
import org.jspecify.annotations.Nullable;

/** Makes the audit event of a call out of what its handler told. */
final class Auditor {

    private static final int SALT_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Auditor() {}

    /** Refuses a call that neither told what it changed nor that it changed nothing: what isn't told isn't audited, and so isn't committed. */
    static void requireTold(Call call) {
        if (call.changes().isEmpty()) {
            throw new IllegalStateException(call.operation() + " changed something and told nothing: an unaudited mutation isn't committed");
        }
    }

    static AuditRecord record(Call call, int status, @Nullable String reason, String traceId, byte @Nullable [] keyHmac) {
        var operation = call.operation();
        var entities = new ArrayList<AuditRecord.Entity>(call.changes().all().size());
        for (var change : call.changes().all()) {
            entities.add(entity(change));
        }
        Caller caller = call.caller();
        return new AuditRecord(
                Ids.next(), caller.actsAs(), caller.consumer(), caller.token(), call.subjectTenant(), operation.id(), status,
                auditAction(call), category(call), reason, null, null, call.requestId(), traceId, keyHmac, entities);
    }

    private static String auditAction(Call call) {
        var action = call.operation().auditAction();
        if (action == null) {
            throw new IllegalStateException(call.operation() + " has no audit action in the spec");
        }
        return action;
    }

    /** What an event is kept for, and so how long: who may do what is access, everything about money is billing. */
    private static String category(Call call) {
        return switch (call.operation().tag()) {
            case "platform" -> "access";
            case "providers" -> "provider";
            default -> "billing";
        };
    }

    static AuditRecord.Entity entity(Changes.Change change) {
        var salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        var before = text(change.before());
        var after = text(change.after());
        return new AuditRecord.Entity(change.entityType(), change.id(), before, after, salt, digest(salt, before), digest(salt, after));
    }

    private static @Nullable String text(@Nullable Object value) {
        try {
            return value == null ? null : Json.AUDIT.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** SHA-256 over the salt and the canonical form (RFC 8785), which is what {@link Json#AUDIT} writes. */
    private static byte @Nullable [] digest(byte[] salt, @Nullable String canonical) {
        if (canonical == null) {
            return null;
        }
        var hash = Sha256.begin();
        hash.update(salt);
        return hash.digest(utf8(canonical));
    }

    static UUID primaryId(Call call) {
        return call.changes().all().getFirst().id();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
