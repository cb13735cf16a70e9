package org.guildhall.core.data;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that changes something: the claim of the key travels with BEGIN and the tenant, the effect is the handler's, and
 * audit, kept reply and COMMIT travel together. Three round trips for an effect of one statement; two without a key.
 */
public final class Write implements AutoCloseable {

    private static final String BEGIN =
            "select set_config('app.tenant', ?, true), pg_sequence_last_value('platform.auth_revision'::regclass), platform.app_now(), set_config('lock_timeout', '500ms', true)";
    private static final String CLAIM = """
            insert into platform.idempotency_keys (key_hmac, consumer_id, request_hash, operation, request_id)
            select ?, ?, ?, ?, ? where not exists (select 1 from platform.idempotency_keys where key_hmac = any (?))
            on conflict do nothing returning true""";
    private static final String KEPT = """
            select request_hash, status, reply, headers, sealed, entity_type, entity_id
            from platform.idempotency_keys where key_hmac = ? or key_hmac = any (?)""";
    private static final String SAVEPOINT = "savepoint effect";
    private static final String PATIENCE = "select set_config('lock_timeout', '2s', true)";
    private static final String KEEP = """
            update platform.idempotency_keys
            set status = ?, reply = ?, headers = ?, sealed = ?, entity_type = ?, entity_id = ? where key_hmac = ?""";
    private static final String EVENT = """
            insert into platform.audit_events (id, actor_type, actor_id, token_id, subject_tenant_id, operation, status, action, category,
              entity_type, entity_id, reason, source_workflow, replay_pointer, request_id, trace_id, key_hmac)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String ENTITY = """
            insert into platform.audit_entities (event_id, position, entity_type, entity_id, before, after, salt, before_digest, after_digest)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String CHECK_DEFERRED = "set constraints all immediate";
    private static final String TENANT = "select set_config('app.tenant', ?, true)";
    private static final String REVISION = "select nextval('platform.auth_revision')";

    private final Connection connection;
    private final Guard guard;
    private final Tx tx;
    private final long revision;

    Write(Connection connection, Guard guard, Tx tx, long revision) {
        this.connection = connection;
        this.guard = guard;
        this.tx = tx;
        this.revision = revision;
    }

    /** The handler's side. */
    public Tx tx() {
        return tx;
    }

    /**
     * Claims a key, waiting up to 500 ms for another request that holds it.
     *
     * @return what was kept if the key is already done; null if it is ours now
     * @throws Failures.Contended if the other request is still running
     */
    public @Nullable Kept claim(Claim claim) {
        guard.skip();
        var packet = new Packet()
                .add(BEGIN).bind(tx.tenant().toString())
                .add(CLAIM).bind(claim.keyHmac()).bind(claim.consumer()).bind(claim.requestHash()).bind(claim.operation())
                .bind(claim.requestId()).bind(claim.olderHmacs())
                .add(KEPT).bind(claim.keyHmac()).bind(claim.olderHmacs())
                .add(SAVEPOINT)
                .add(PATIENCE);
        try (var statement = packet.send(connection)) {
            try (var first = statement.getResultSet()) {
                first.next();
                Guard.check(revision, first, 2);
                tx.measured(first.getObject(3, java.time.OffsetDateTime.class).toInstant());
            }
            statement.getMoreResults();
            try (var claimed = statement.getResultSet()) {
                if (claimed.next()) {
                    return null;
                }
            }
            statement.getMoreResults();
            try (var kept = statement.getResultSet()) {
                if (!kept.next()) {
                    throw new IllegalStateException("a key was neither claimed nor found");
                }
                return new Kept(kept.getBytes(1), kept.getInt(2), kept.getBytes(3), kept.getString(4), kept.getBoolean(5),
                        kept.getString(6), kept.getObject(7, UUID.class));
            }
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Commits the effect with everything that belongs to it, or nothing of it. */
    public void commit(Finish finish) {
        // What the schema checks at the end is checked first, while the savepoint of the effect can still be returned to.
        var packet = new Packet().add(CHECK_DEFERRED);
        var audit = finish.audit();
        if (finish.kept() != null) {
            keep(packet, finish.keyHmac(), finish.kept());
        }
        if (audit != null) {
            event(packet, audit);
            var subject = audit.subjectTenant();
            if (subject != null && !subject.equals(tx.tenant())) {
                packet.add(TENANT).bind(subject.toString());
                event(packet, audit);
            }
        }
        packet.add("commit");
        if (finish.credentials()) {
            // Behind the commit: a node that reads the new revision finds the new state. If the commit fails, this isn't run.
            packet.add(REVISION);
        }
        send(packet);
    }

    /** Takes back the effect of a refusal and keeps the refusal for the key. */
    public void commitRefusal(byte[] keyHmac, Kept kept) {
        send(keep(new Packet().add("rollback to savepoint effect"), keyHmac, kept).add("commit"));
    }

    /** Has the schema check now what it would check at the commit; for a transaction that will never get there. */
    public void checkDeferred() {
        send(new Packet().add(CHECK_DEFERRED));
    }

    /** Takes back everything; also what {@link #close} does with what wasn't committed. */
    public void rollback() {
        try {
            connection.rollback();
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    @Override
    public void close() {
        try (connection) {
            connection.rollback();
        } catch (SQLException failed) {
            // The pool evicts a broken connection by itself, and the database rolls back what was left open.
            org.slf4j.LoggerFactory.getLogger(Write.class).debug("closing a transaction failed", failed);
        }
    }

    private static Packet keep(Packet packet, byte[] keyHmac, Kept kept) {
        return packet.add(KEEP).bind(kept.status()).bind(kept.reply()).bind(kept.headers()).bind(kept.sealed()).bind(kept.entityType())
                .bind(kept.entityId()).bind(keyHmac);
    }

    private static void event(Packet packet, AuditRecord audit) {
        var primary = audit.entities().getFirst();
        packet.add(EVENT).bind(audit.id()).bind(audit.actorType()).bind(audit.actorId()).bind(audit.tokenId()).bind(audit.subjectTenant())
                .bind(audit.operation()).bind(audit.status()).bind(audit.action()).bind(audit.category()).bind(primary.type())
                .bind(primary.id()).bind(audit.reason()).bind(audit.sourceWorkflow()).bind(audit.replayPointer()).bind(audit.requestId())
                .bind(audit.traceId()).bind(audit.keyHmac());
        int position = 0;
        for (var entity : audit.entities()) {
            packet.add(ENTITY).bind(audit.id()).bind(position++).bind(entity.type()).bind(entity.id()).bind(entity.before())
                    .bind(entity.after()).bind(entity.salt()).bind(entity.beforeDigest()).bind(entity.afterDigest());
        }
    }

    private void send(Packet packet) {
        try (PreparedStatement statement = packet.send(connection)) {
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
