package org.guildhall.core.data;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction with changes. BEGIN, the tenant and the look-up of the key are sent together; the handler sends the effect; the audit
 * event, the stored reply and COMMIT are sent together. So an effect of one statement costs three round trips, two without a key.
 *
 * <p>A key is claimed by an advisory lock that ends with the transaction. Its row is written once, together with the reply, so it exists
 * exactly when the effect is committed.
 */
public final class WriteTransaction implements AutoCloseable {

    private static final String BEGIN = "begin";
    // Most keys are not contended: only a request that doesn't get the lock at once waits for it.
    private static final String TRY = """
            select set_config('app.tenant', ?, true), pg_sequence_last_value('platform.auth_revision'::regclass), platform.app_now(),
              pg_try_advisory_xact_lock(?), ?::int8""";
    // In this order: the advisory lock waits for half a second, all later locks for two.
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
    private static final String KEEP_AWAITED = """
            update platform.idempotency_keys set status = ?, reply = ?, headers = ?, sealed = ?, entity_type = coalesce(?, entity_type),
              entity_id = coalesce(?, entity_id) where key_hmac = any (?) and status is null""";
    private static final String COMMIT = "commit";
    private static final String ROLLBACK = "rollback";
    private static final String EVENT_INTO = """
            insert into platform.audit_events (id, actor_type, actor_id, token_id, subject_tenant_id, operation, status, action, category,
              entity_type, entity_id, reason, source_workflow, replay_pointer, request_id, trace_id, key_hmac)
            """;
    private static final String EVENT = EVENT_INTO + "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String ENTITY_INTO = """
            insert into platform.audit_entities (event_id, position, entity_type, entity_id, before, after, salt, before_digest, after_digest)
            """;
    private static final String ENTITY = ENTITY_INTO + "values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    // One statement for any number of rows: a statement holds 65,535 parameters, which are 7,281 entities with parameters of their own.
    private static final String EVENTS = EVENT_INTO + "select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String ENTITIES = ENTITY_INTO + "select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)";
    // Rows that are always written together use one statement: three statements cost the database 5 % of a whole creation.
    private static final String AUDIT = "with event as (" + EVENT + ") " + ENTITY;
    private static final String KEEP_AND_AUDIT = "with kept as (" + KEEP + "), event as (" + EVENT + ") " + ENTITY;
    private static final String KEEP_AWAITED_AND_AUDIT = "with kept as (" + KEEP_AWAITED + "), event as (" + EVENT + ") " + ENTITY;
    private static final String CHECK_DEFERRED = "set constraints all immediate";
    private static final String TENANT = "select set_config('app.tenant', ?, true)";
    private static final String REVISION = "select nextval('platform.auth_revision')";

    private static final Logger LOG = LoggerFactory.getLogger(WriteTransaction.class);

    private final Lease lease;
    private final TenantConnection guard;
    private final Tx tx;
    private final long revision;
    private final TenantTasks tenantTasks;
    private final DueTasks dueTasks;
    private boolean awaited;
    private boolean told;

    WriteTransaction(Lease lease, TenantConnection guard, Tx tx, long revision, TenantTasks tenantTasks, DueTasks dueTasks) {
        this.tenantTasks = tenantTasks;
        this.dueTasks = dueTasks;
        this.lease = lease;
        this.guard = guard;
        this.tx = tx;
        this.revision = revision;
    }

    /** The handler's access to the transaction. */
    public Tx tx() {
        return tx;
    }

    /**
     * Claims a key, waiting up to 500 ms for another request that holds it. It must be the transaction's first statement.
     *
     * @return the stored reply if the key is done or its reply is awaited; null if this transaction now holds the key
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
                return claimed(kept(statement));
            }
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
        // The reply of the other request may have been committed after this look-up, so it is looked up again under the lock.
        try (var statement = sent(lookedUp(new MultiStatement().add(WAIT).bind(claim.lock()).bind(number), claim))) {
            TenantConnection.requireOwn(lease, statement, 4, number);
            return claimed(kept(statement));
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    private @Nullable StoredReply claimed(@Nullable StoredReply stored) {
        awaited = stored != null && stored.isAwaiting();
        return stored;
    }

    /** Reads the results of the transaction's first packet. Returns true if the key's lock was acquired. */
    private boolean begun(PreparedStatement statement) throws SQLException {
        try (var found = statement.getResultSet()) {
            TenantConnection.check(revision, found, 2);
            tx.measured(found.getObject(3, OffsetDateTime.class).toInstant());
            return found.getBoolean(4);
        }
    }

    /** Looks the key up in a separate statement, which sees everything that was committed before the lock was acquired. */
    private static MultiStatement lookedUp(MultiStatement packet, IdempotencyClaim claim) {
        return claim.olderHmacs().length == 0 ? packet.add(KEPT).bind(claim.keyHmac()) : packet.add(KEPT_BY_ANY).bind(claim.hmacs());
    }

    /** The stored reply in the next result, or null. */
    private static @Nullable StoredReply kept(PreparedStatement statement) throws SQLException {
        statement.getMoreResults();
        try (var kept = statement.getResultSet()) {
            return !kept.next() ? null : new StoredReply(kept.getBytes(1), kept.getInt(2), kept.getBytes(3), kept.getString(4), kept.getBoolean(5),
                    kept.getString(6), kept.getObject(7, UUID.class));
        }
    }

    /**
     * Commits the effect together with its records, atomically.
     *
     * @throws Failures.Violation if a deferred constraint refuses the effect
     */
    public void commit(CommitRecords finish) {
        // If the handler sent no statement, this begins the transaction and checks the credentials' revision.
        if (!guard.wasSent()) {
            tx.requireCurrent();
        }
        var packet = new MultiStatement();
        guard.takePending().forEach(packet::add);
        var audit = finish.audit();
        if (finish.claim() != null && finish.kept() != null && awaited) {
            keepAwaited(packet.add(audit == null ? KEEP_AWAITED : KEEP_AWAITED_AND_AUDIT), finish.claim(), finish.kept());
        } else if (finish.claim() != null && finish.kept() != null) {
            keep(packet.add(audit == null ? KEEP : KEEP_AND_AUDIT), finish.claim(), finish.kept());
        } else if (audit != null) {
            packet.add(AUDIT);
        }
        if (audit != null) {
            bindEvent(packet, audit);
            var subject = audit.subjectTenant();
            if (subject != null && !subject.equals(tx.tenant())) {
                packet.add(TENANT).bind(subject.toString());
                bindEvent(packet.add(AUDIT), audit);
            }
        }
        var tasks = new ArrayList<>(tx.tasks());
        // Always the last ones, so that transactions that request the same tasks don't wait for each other in a circle.
        tasks.addAll(tenantTasks.due(tx.tenant(), tx.now(), finish.claim() != null, audit != null || told));
        if (!tasks.isEmpty()) {
            TaskStore.add(packet, tasks);
        }
        packet.add(COMMIT);
        if (finish.credentials()) {
            // After the commit: a node that reads the new revision finds the new state. If the commit fails, this statement isn't run.
            packet.add(REVISION);
        }
        send(packet);
        tenantTasks.committed(tasks);
        dueTasks.committed(tasks, tx.now());
    }

    /** Writes several audit events before the commit, in one round trip. Their order in the trail is that of the list. */
    public void tell(List<AuditRecord> events) {
        tx.requireCurrent();
        told = true;
        var touched = events.stream().flatMap(event -> touched(event, 0)).toList();
        var packet = new MultiStatement();
        guard.takePending().forEach(packet::add);
        send(entities(events(packet.add(EVENTS), events).add(ENTITIES), touched));
    }

    /**
     * Rolls the effect back and stores the refusal for the key.
     *
     * <p>The rollback releases the key's lock, so another request with the key may finish first. Then its reply answers both.
     *
     * @return null if the refusal was stored; otherwise the reply of the other request
     */
    public @Nullable StoredReply commitRefusal(IdempotencyClaim claim, StoredReply refusal) {
        guard.dropPending();
        try {
            var packet = isOpen() ? new MultiStatement().add(ROLLBACK) : new MultiStatement();
            packet.add(BEGIN).add(TENANT).bind(tx.tenant().toString()).add(WAIT).bind(claim.lock()).bind(0L);
            int before = packet.size();
            keep(packet.add(KEEP_FIRST), claim, refusal).bind(claim.hmacs()).add(KEPT_BY_ANY).bind(claim.hmacs());
            var tasks = tenantTasks.due(tx.tenant(), tx.now(), true, false);
            if (!tasks.isEmpty()) {
                TaskStore.add(packet, tasks);
            }
            packet.add(COMMIT);
            try (var statement = sent(packet)) {
                for (int passed = 0; passed < before; passed++) {
                    statement.getMoreResults();
                }
                try (var first = statement.getResultSet()) {
                    if (first.next()) {
                        drain(statement);
                        tenantTasks.committed(tasks);
                        return null;
                    }
                }
                return kept(statement);
            }
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Checks deferred constraints now, for a dry run, which never commits. */
    public void checkDeferred() {
        var packet = new MultiStatement();
        guard.takePending().forEach(packet::add);
        send(packet.add(CHECK_DEFERRED));
    }

    /** Rolls everything back. {@link #close} does so, too, without a commit. */
    public void rollback() {
        guard.dropPending();
        try {
            if (isOpen()) {
                send(new MultiStatement().add(ROLLBACK));
            }
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** True if the connection is in a transaction, failed or not, according to PostgreSQL's last answer. */
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

    /** Ensures that no connection returns to the pool within a transaction. Otherwise it is closed, and PostgreSQL rolls back. */
    private void end() {
        boolean ended = false;
        try {
            rollback();
            ended = !isOpen();
        } catch (SQLException | RuntimeException failed) {
            LOG.warn("a transaction could not be rolled back; its connection is closed", failed);
        } finally {
            if (!ended) {
                lease.spoil();
            }
        }
    }

    private static MultiStatement keep(MultiStatement packet, IdempotencyClaim claim, StoredReply kept) {
        return packet.bind(claim.keyHmac()).bind(claim.consumer()).bind(claim.requestHash()).bind(claim.operation())
                .bind(claim.requestId()).bind(kept.isAwaiting() ? null : Integer.valueOf(kept.status())).bind(kept.reply()).bind(kept.headers()).bind(kept.sealed())
                .bind(kept.entityType()).bind(kept.entityId());
    }

    private static void keepAwaited(MultiStatement packet, IdempotencyClaim claim, StoredReply kept) {
        packet.bind(kept.status()).bind(kept.reply()).bind(kept.headers()).bind(kept.sealed()).bind(kept.entityType()).bind(kept.entityId())
                .bind(claim.hmacs());
    }

    /** Binds the event with its first entity, and adds a statement for further entities. Most events have one. */
    private static void bindEvent(MultiStatement packet, AuditRecord audit) {
        var entities = audit.entities();
        entity(event(packet, audit), audit, 0, entities.getFirst());
        if (entities.size() > 1) {
            entities(packet.add(ENTITIES), touched(audit, 1).toList());
        }
    }

    /** An entity of an event; the primary entity has position 0. */
    private record Touched(UUID eventId, int position, AuditRecord.Entity entity) {}

    private static Stream<Touched> touched(AuditRecord audit, int first) {
        return IntStream.range(first, audit.entities().size()).mapToObj(at -> new Touched(audit.id(), at, audit.entities().get(at)));
    }

    private static MultiStatement entities(MultiStatement packet, List<Touched> all) {
        return packet
                .bind("uuid", array(all, Touched::eventId))
                .bind("int4", array(all, Touched::position))
                .bind("text", array(all, each -> each.entity.type()))
                .bind("uuid", array(all, each -> each.entity.id()))
                .bind("text", array(all, each -> each.entity.before()))
                .bind("text", array(all, each -> each.entity.after()))
                .bind(bytes(all, each -> each.entity.salt()))
                .bind(bytes(all, each -> each.entity.beforeDigest()))
                .bind(bytes(all, each -> each.entity.afterDigest()));
    }

    private static MultiStatement events(MultiStatement packet, List<AuditRecord> all) {
        return packet
                .bind("uuid", array(all, AuditRecord::id))
                .bind("text", array(all, AuditRecord::actorType))
                .bind("uuid", array(all, AuditRecord::actorId))
                .bind("uuid", array(all, AuditRecord::tokenId))
                .bind("uuid", array(all, AuditRecord::subjectTenant))
                .bind("text", array(all, AuditRecord::operation))
                .bind("int4", array(all, AuditRecord::status))
                .bind("text", array(all, AuditRecord::action))
                .bind("text", array(all, AuditRecord::category))
                .bind("text", array(all, event -> event.entities().getFirst().type()))
                .bind("uuid", array(all, event -> event.entities().getFirst().id()))
                .bind("text", array(all, AuditRecord::reason))
                .bind("text", array(all, AuditRecord::sourceWorkflow))
                .bind("text", array(all, AuditRecord::replayPointer))
                .bind("text", array(all, AuditRecord::requestId))
                .bind("text", array(all, AuditRecord::traceId))
                .bind(bytes(all, AuditRecord::keyHmac));
    }

    private static <T> @Nullable Object[] array(List<T> rows, Function<T, @Nullable Object> value) {
        return rows.stream().map(value).toArray();
    }

    private static <T> byte @Nullable [][] bytes(List<T> rows, Function<T, byte @Nullable []> value) {
        return rows.stream().map(value).toArray(byte[][]::new);
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
