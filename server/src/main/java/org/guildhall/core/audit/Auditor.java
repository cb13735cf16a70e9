package org.guildhall.core.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.UUID;
import org.guildhall.api.Operation;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.data.AuditRecord;
import org.guildhall.core.data.Ids;
import org.guildhall.core.json.Json;
import org.guildhall.core.json.Sha256;
import org.jspecify.annotations.Nullable;

/** Makes the audit event of a mutation from the changes that its handler recorded. */
public final class Auditor {

    private static final int SALT_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Auditor() {}

    /** @throws IllegalStateException if the handler recorded no change: the mutation would be committed without an audit event */
    public static void requireRecorded(Operation operation, Changes changes) {
        if (changes.isEmpty()) {
            throw new IllegalStateException(operation + " recorded no change: a mutation without an audit event isn't committed");
        }
    }

    /**
     * The event of a caller's mutation.
     *
     * @param subjectTenant the tenant that a platform operation concerns; null for the caller's own
     * @param status the answer's HTTP status
     */
    public static AuditRecord record(
            Operation operation, Caller caller, Changes changes, @Nullable UUID subjectTenant, int status, @Nullable String reason,
            String requestId, String traceId, byte @Nullable [] keyHmac) {
        return record(operation, required(operation, operation.auditAction()), caller, changes, subjectTenant, status, reason, requestId, traceId, keyHmac);
    }

    /** The event that records the answer of a call outside, which the caller's mutation has made. @param action entity type and verb */
    public static AuditRecord record(
            Operation operation, String action, Caller caller, Changes changes, int status, @Nullable String reason, String requestId, String traceId,
            byte @Nullable [] keyHmac) {
        return record(operation, action, caller, changes, null, status, reason, requestId, traceId, keyHmac);
    }

    private static AuditRecord record(
            Operation operation, String action, Caller caller, Changes changes, @Nullable UUID subjectTenant, int status, @Nullable String reason,
            String requestId, String traceId, byte @Nullable [] keyHmac) {
        var entities = new ArrayList<AuditRecord.Entity>(changes.all().size());
        for (var change : changes.all()) {
            entities.add(entity(change));
        }
        return new AuditRecord(
                Ids.next(), caller.actsAs(), caller.consumer(), caller.token(), subjectTenant, operation.id(), status, action,
                required(operation, operation.auditCategory()), reason, null, null, requestId, traceId, keyHmac, entities);
    }

    private static String required(Operation operation, @Nullable String member) {
        if (member == null) {
            throw new IllegalStateException(operation + " is no mutation and leaves no event");
        }
        return member;
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

    /** SHA-256 over the salt and the canonical JSON (RFC 8785) that {@link Json#AUDIT} writes. */
    private static byte @Nullable [] digest(byte[] salt, @Nullable String canonical) {
        if (canonical == null) {
            return null;
        }
        var hash = Sha256.begin();
        hash.update(salt);
        return hash.digest(utf8(canonical));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
