package org.guildhall.core.data;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction that changes something: BEGIN, the tenant and the look at the key travel together, the effect is the handler's, and
 * audit, kept reply and COMMIT travel together. Three round trips for an effect of one statement; two without a key.
 *
 * <p>A key is claimed by a lock that ends with the transaction, and its row is written once, with the reply: it exists exactly when
 * the effect is committed.
 */
public final class WriteTransaction implements AutoCloseable {

    private static final String BEGIN = "begin";
    // Most keys are nobody else's at the moment: only who doesn't get the lock at once waits for it.
    private static final String TRY = """
            select set_config('app.tenant', ?, true), pg_sequence_last_value('platform.auth_revision'::regclass), platform.app_now(),
              pg_try_advisory_xact_lock(?), ?::int8""";
    // In this order: the lock waits for half a second, everything behind it for two.
    private static final String WAIT =
            "select set_config('lock_timeout', '500ms', true), pg_advisory_xact_lock(?), set_config('lock_timeout', '2s', true), ?::int8";
    private static final String KEPT = """
            select request_hash, status, reply, headers, sealed, entity_type, entity_id
            from platform.idempotency_keys where key_hmac = ?""";
    private static final String KEPT_BY_ANY = """
            select request_hash, status, reply, headers, sealed, entity_type, entity_id
            from platform.idempotency_keys where key_hmac = any (?)""";
    private static final String KEEP_INTO = """
            insert into platform.idempotency_keys (key_hmac, consumer_id, request_hash, operation, request_id,
              status, reply, headers, sealed, entity_type, entity_id)
            """;
    private static final String KEEP = KEEP_INTO + "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String KEEP_FIRST = KEEP_INTO + """
            select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? where not exists (select from platform.idempotency_keys where key_hmac = any (?))
            on conflict do nothing returning true""";
    private static final String COMMIT = "commit";
    private static final String ROLLBACK = "rollback";
    private static final String EVENT = """
            insert into platform.audit_events (id, actor_type, actor_id, token_id, subject_tenant_id, operation, status, action, category,
              entity_type, entity_id, reason, source_workflow, replay_pointer, request_id, trace_id, key_hmac)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String ENTITY = """
            insert into platform.audit_entities (event_id, position, entity_type, entity_id, before, after, salt, before_digest, after_digest)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    // All of them at once, however many: a packet holds 65,535 parameters, which is 7,280 entities one by one.
    private static final String ENTITIES = """
            insert into platform.audit_entities (event_id, position, entity_type, entity_id, before, after, salt, before_digest, after_digest)
            select ?, t.number, t.type, t.id, t.before, t.after, t.salt, t.before_digest, t.after_digest
            from unnest(?, ?, ?, ?, ?, ?, ?) with ordinality as t (type, id, before, after, salt, before_digest, after_digest, number)""";
    // What is always written together is one statement: three of them cost the database a twentieth of a whole creation.
    private static final String TELL = "with event as (" + EVENT + ") " + ENTITY;
    private static final String KEEP_AND_TELL = "with kept as (" + KEEP + "), event as (" + EVENT + ") " + ENTITY;
    private static final String CHECK_DEFERRED = "set constraints all immediate";
    private static final String TENANT = "select set_config('app.tenant', ?, true)";
    private static final String REVISION = "select nextval('platform.auth_revision')";

    private static final Logger LOG = LoggerFactory.getLogger(WriteTransaction.class);

    private final Lease lease;
    private final TenantConnection guard;
    private final Tx tx;
    private final long revision;

    WriteTransaction(Lease lease, TenantConnection guard, Tx tx, long revision) {
        this.lease = lease;
        this.guard = guard;
        this.tx = tx;
        this.revision = revision;
    }

    /** The handler's side. */
    public Tx tx() {
        return tx;
    }

    /**
     * Claims a key, waiting up to 500 ms for another request that holds it. Nothing may have been sent before.
     *
     * @return what was kept if the key is already done; null if it is ours now
     * @throws Failures.Contended if the other request is still running
     */
    public @Nullable StoredReply claim(IdempotencyClaim claim) {
        guard.skip();
        long number = ThreadLocalRandom.current().nextLong();
        var first = new MultiStatement().add(BEGIN).add(TRY).bind(tx.tenant().toString()).bind(claim.lock()).bind(number);
        try (var statement = sent(lookedUp(first, claim))) {
            statement.getMoreResults();
            TenantConnection.requireOwn(lease, statement, 5, number);
            if (begun(statement)) {
                return kept(statement);
            }
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
        // What was found is older than what the other request leaves behind.
        try (var statement = sent(lookedUp(new MultiStatement().add(WAIT).bind(claim.lock()).bind(number), claim))) {
            TenantConnection.requireOwn(lease, statement, 4, number);
            return kept(statement);
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Takes what the transaction begins with; whether the key's lock is ours. */
    private boolean begun(PreparedStatement statement) throws SQLException {
        try (var found = statement.getResultSet()) {
            TenantConnection.check(revision, found, 2);
            tx.measured(found.getObject(3, OffsetDateTime.class).toInstant());
            return found.getBoolean(4);
        }
    }

    /** A statement of its own: it has to see what was committed until the lock was ours. */
    private static MultiStatement lookedUp(MultiStatement packet, IdempotencyClaim claim) {
        return claim.olderHmacs().length == 0 ? packet.add(KEPT).bind(claim.keyHmac()) : packet.add(KEPT_BY_ANY).bind(claim.hmacs());
    }

    /** The kept reply, if there is one, as the next result. */
    private static @Nullable StoredReply kept(PreparedStatement statement) throws SQLException {
        statement.getMoreResults();
        try (var kept = statement.getResultSet()) {
            return !kept.next() ? null : new StoredReply(kept.getBytes(1), kept.getInt(2), kept.getBytes(3), kept.getString(4), kept.getBoolean(5),
                    kept.getString(6), kept.getObject(7, UUID.class));
        }
    }

    /**
     * Commits the effect with everything that belongs to it, or nothing of it.
     *
     * @throws Failures.Violation if the schema refuses the effect only now
     */
    public void commit(CommitRecords finish) {
        // Audit rows of an effect that asked the database nothing still need a transaction, and a caller whose rights are the present ones.
        tx.requireCurrent();
        var packet = new MultiStatement();
        var audit = finish.audit();
        if (finish.claim() != null && finish.kept() != null) {
            keep(packet.add(audit == null ? KEEP : KEEP_AND_TELL), finish.claim(), finish.kept());
        } else if (audit != null) {
            packet.add(TELL);
        }
        if (audit != null) {
            whole(packet, audit);
            var subject = audit.subjectTenant();
            if (subject != null && !subject.equals(tx.tenant())) {
                packet.add(TENANT).bind(subject.toString());
                whole(packet.add(TELL), audit);
            }
        }
        packet.add(COMMIT);
        if (finish.credentials()) {
            // Behind the commit: a node that reads the new revision finds the new state. If the commit fails, this isn't run.
            packet.add(REVISION);
        }
        send(packet);
    }

    /** Writes events of a transaction that has many, all at once, before it is committed. */
    public void tell(List<AuditRecord> events) {
        tx.requireCurrent();
        try (var event = lease.connection().prepareStatement(EVENT);
                var entity = lease.connection().prepareStatement(ENTITY)) {
            for (var audit : events) {
                event(new MultiStatement(), audit).addTo(event);
                int position = 0;
                for (var touched : audit.entities()) {
                    entity(new MultiStatement(), audit, position++, touched).addTo(entity);
                }
            }
            lease.call(event::executeBatch);
            lease.call(entity::executeBatch);
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /**
     * Takes back the effect of a refusal and keeps the refusal for the key.
     *
     * <p>The lock ends with the effect, and whoever waited for it goes first: what was kept then is the answer, for both.
     *
     * @return null if the refusal is kept; else what another request with the same key was answered in between
     */
    public @Nullable StoredReply commitRefusal(IdempotencyClaim claim, StoredReply refusal) {
        try {
            var packet = isOpen() ? new MultiStatement().add(ROLLBACK) : new MultiStatement();
            packet.add(BEGIN).add(TENANT).bind(tx.tenant().toString()).add(WAIT).bind(claim.lock()).bind(0L);
            int before = packet.size();
            keep(packet.add(KEEP_FIRST), claim, refusal).bind(claim.hmacs()).add(KEPT_BY_ANY).bind(claim.hmacs()).add(COMMIT);
            try (var statement = sent(packet)) {
                for (int passed = 0; passed < before; passed++) {
                    statement.getMoreResults();
                }
                try (var first = statement.getResultSet()) {
                    if (first.next()) {
                        drain(statement);
                        return null;
                    }
                }
                return kept(statement);
            }
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Has the schema check now what it would check at the commit; for a transaction that will never get there. */
    public void checkDeferred() {
        send(new MultiStatement().add(CHECK_DEFERRED));
    }

    /** Takes back everything; also what {@link #close} does with what wasn't committed. */
    public void rollback() {
        try {
            if (isOpen()) {
                send(new MultiStatement().add(ROLLBACK));
            }
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Whether the database still has the transaction, whole or failed; known from its last answer. */
    private boolean isOpen() throws SQLException {
        return lease.connection().unwrap(BaseConnection.class).getTransactionState() != TransactionState.IDLE;
    }

    @Override
    public void close() {
        try (lease) {
            if (lease.isSound()) {
                end();
            }
        }
    }

    /** Nobody may have this connection with a transaction in it; the database rolls back what was left open. */
    private void end() {
        boolean ended = false;
        try {
            rollback();
            ended = !isOpen();
        } catch (SQLException | RuntimeException failed) {
            LOG.warn("a transaction could not be rolled back; its connection is given up", failed);
        } finally {
            if (!ended) {
                lease.spoil();
            }
        }
    }

    private static MultiStatement keep(MultiStatement packet, IdempotencyClaim claim, StoredReply kept) {
        return packet.bind(claim.keyHmac()).bind(claim.consumer()).bind(claim.requestHash()).bind(claim.operation())
                .bind(claim.requestId()).bind(kept.status()).bind(kept.reply()).bind(kept.headers()).bind(kept.sealed())
                .bind(kept.entityType()).bind(kept.entityId());
    }

    /** The event with its first entity, which is all that most have, and the others behind it. */
    private static void whole(MultiStatement packet, AuditRecord audit) {
        var entities = audit.entities();
        entity(event(packet, audit), audit, 0, entities.getFirst());
        if (entities.size() > 1) {
            others(packet.add(ENTITIES), audit.id(), entities.subList(1, entities.size()));
        }
    }

    private static void others(MultiStatement packet, UUID eventId, List<AuditRecord.Entity> entities) {
        packet.bind(eventId)
                .bind("text", entities.stream().map(AuditRecord.Entity::type).toArray(String[]::new))
                .bind("uuid", entities.stream().map(AuditRecord.Entity::id).toArray(UUID[]::new))
                .bind("text", entities.stream().map(AuditRecord.Entity::before).toArray(String[]::new))
                .bind("text", entities.stream().map(AuditRecord.Entity::after).toArray(String[]::new))
                .bind("bytea", entities.stream().map(AuditRecord.Entity::salt).toArray(byte[][]::new))
                .bind("bytea", entities.stream().map(AuditRecord.Entity::beforeDigest).toArray(byte[][]::new))
                .bind("bytea", entities.stream().map(AuditRecord.Entity::afterDigest).toArray(byte[][]::new));
    }

    private static MultiStatement event(MultiStatement packet, AuditRecord audit) {
        var primary = audit.entities().getFirst();
        return packet.bind(audit.id()).bind(audit.actorType()).bind(audit.actorId()).bind(audit.tokenId()).bind(audit.subjectTenant())
                .bind(audit.operation()).bind(audit.status()).bind(audit.action()).bind(audit.category()).bind(primary.type())
                .bind(primary.id()).bind(audit.reason()).bind(audit.sourceWorkflow()).bind(audit.replayPointer()).bind(audit.requestId())
                .bind(audit.traceId()).bind(audit.keyHmac());
    }

    private static MultiStatement entity(MultiStatement packet, AuditRecord audit, int position, AuditRecord.Entity entity) {
        return packet.bind(audit.id()).bind(position).bind(entity.type()).bind(entity.id()).bind(entity.before())
                .bind(entity.after()).bind(entity.salt()).bind(entity.beforeDigest()).bind(entity.afterDigest());
    }

    private PreparedStatement sent(MultiStatement packet) throws SQLException {
        return lease.call(() -> packet.send(lease.connection()));
    }

    private void send(MultiStatement packet) {
        try (var statement = sent(packet)) {
            drain(statement);
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    private static void drain(PreparedStatement statement) throws SQLException {
        ResultSet last = statement.getResultSet();
        while (last != null || statement.getUpdateCount() != -1) {
            statement.getMoreResults();
            last = statement.getResultSet();
        }
    }
}
