package org.guildhall.platform.events;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Puts changes into the feed of a tenant: all that a snapshot shows, in the order in which they took their locks. So an event never gets a position
 * before one that was read already, and the events of one resource stand in the order of their commits. Writers don't wait for it.
 *
 * <p>The transactions that were still running at the last time bound the search. Their numbers mean nothing on another server, and a database that was
 * restored from a backup can give a position again that somebody has read on another one. So then all that is kept is searched once, and positions go
 * on far above all that were given before. A server is known by its identifier and the timeline of its log, which changes with each recovery.
 */
final class EventFeedStore {

    /**
     * The state of the feed.
     *
     * @param lastPosition the position of the newest event
     * @param deletedThrough the position of the last event that is no longer kept; 0 if none was deleted
     */
    record Feed(long lastPosition, long deletedThrough) {}

    /** The maximal number of audit events that are put into the feed at once. */
    static final int SEALED_MAX = 1_000;

    private static final int SEALED_BY_READ_MAX = 50_000;

    /** The maximal number of events that are deleted at once. */
    static final int DELETED_MAX = 5_000;

    private static final Field<Long> LAST = DSL.field("last_position", SQLDataType.BIGINT);
    private static final Field<Long> DELETED = DSL.field("deleted_through", SQLDataType.BIGINT);
    private static final Field<Instant> AT = DSL.field("at", SQLDataType.INSTANT);
    private static final Field<Integer> NUMBER = DSL.field("number", SQLDataType.INTEGER);

    private static final String ADD_FEED = "insert into platform.event_feeds default values on conflict do nothing returning 1 as number";

    private static final String KEPT = "platform.app_now() - interval '30 days'";

    private static final String SERVER = """
            (select hashtextextended(system_identifier || left(pg_walfile_name(pg_current_wal_lsn()), 8), 0) as id from pg_control_system())""";

    /** More than a feed has lost with any backup. */
    private static final long POSITIONS_SKIPPED = 1_000_000_000;

    /** Of a feed f and the server c. */
    private static final String UNSEALED = """
            from platform.audit_events e
            where e.xid >= case when f.server_id = c.id then f.next_xid else '0' end and e.seq > f.restored_seq
              and e.recorded_at > %s
              and not exists (select from platform.events v where v.audit_event_id = e.id)""".formatted(KEPT);

    /** Two reads don't put the same change into the feed. An advisory lock writes nothing, unlike one of the row. */
    private static final String LOCK = "select 1 as number from (select pg_advisory_xact_lock(hashtextextended(platform.app_tenant()::text, 18))) l";

    /** A text with an escaped NUL is no jsonb. Such a change has no second event. */
    private static final String STATE =
            "case when position('\\u0000' in a.%1$s) = 0 then a.%1$s::jsonb end";

    private static final String SEAL = """
            with unsealed as materialized (
                select e.id, e.seq, e.xid, e.recorded_at, e.last_position
                from platform.event_feeds f
                cross join %4$s c
                cross join lateral (
                    select e.id, e.seq, e.xid, e.recorded_at,
                           f.last_position + case when f.server_id in (0, c.id) then 0 else %5$d end as last_position
                    %1$s) e
            ),
            batch as materialized (
                select * from unsealed order by seq limit {0}
            ),
            changes as (
                select b.seq, b.id, b.recorded_at, b.last_position, a.position, t.number, a.entity_type || '.' || t.name as type
                from batch b
                join platform.audit_entities a on a.event_id = b.id
                cross join lateral (select %2$s as before, %3$s as after) j
                cross join lateral (
                    select coalesce(j.before ->> 'state', j.before ->> 'status', j.before ->> 'lifecycle_status') as before,
                           coalesce(j.after ->> 'state', j.after ->> 'status', j.after ->> 'lifecycle_status') as after) s
                cross join lateral (
                    select 0 as number, 'changed' as name
                    union all
                    select 1, s.after where s.after is distinct from s.before and s.after ~ '^[a-z][a-z_]*$' and s.after <> 'changed') t
            ),
            sealed as (
                insert into platform.events (position, type, audit_event_id, entity_position, recorded_at)
                select last_position + row_number() over (order by seq, position, number), type, id, position, recorded_at
                from changes
                returning position
            ),
            rest as (
                select min(xid) as xid from unsealed where seq > (select max(seq) from batch)
            )
            update platform.event_feeds f
            set last_position = coalesce(
                    (select max(position) from sealed), f.last_position + case when f.server_id in (0, c.id) then 0 else %5$d end),
                server_id = c.id,
                next_xid = case
                    when r.xid is null then pg_snapshot_xmin(pg_current_snapshot())
                    when f.server_id = c.id and f.next_xid <> '0' then least(pg_snapshot_xmin(pg_current_snapshot()), r.xid)
                    else '0' end,
                restored_seq = case
                    when r.xid is not null or f.server_id = c.id and f.next_xid <> '0' then f.restored_seq
                    else coalesce((select max(e.seq) from platform.audit_events e where e.xid >= pg_snapshot_xmax(pg_current_snapshot())), f.restored_seq) end
            from %4$s c cross join rest r
            where f.server_id <> c.id or exists (select from batch)
            returning (select count(*) from batch)::int4 as number"""
            .formatted(UNSEALED, STATE.formatted("before"), STATE.formatted("after"), SERVER, POSITIONS_SKIPPED);

    private static final String STATE_OF_FEED = "select last_position, deleted_through from platform.event_feeds";

    /** Deletes the oldest events, up to the first one that is kept. */
    private static final String DELETE = """
            with oldest as (
                select position, recorded_at from platform.events order by position limit {0}
            ),
            deleted as (
                delete from platform.events
                where position in (
                    select position
                    from oldest
                    where position < coalesce((select min(position) from oldest where recorded_at > %1$s), 9223372036854775807))
                returning position
            )
            update platform.event_feeds
            set deleted_through = (select max(position) from deleted)
            where exists (select from deleted)
            returning (select count(*) from deleted)::int4 as number""".formatted(KEPT);

    private static final String NEXT_DELETION = "select recorded_at + interval '30 days' as at from platform.events order by position limit 1";

    private static final PreparedQuery<Integer> ADD_FEED_QUERY = number(ADD_FEED);
    private static final PreparedQuery<Integer> LOCK_QUERY = number(LOCK);
    private static final PreparedQuery<Integer> SEAL_QUERY = number(SEAL, DSL.inline(SEALED_MAX));
    private static final PreparedQuery<Integer> DELETE_QUERY = number(DELETE, DSL.inline(DELETED_MAX));
    private static final PreparedQuery<Instant> NEXT_DELETION_QUERY =
            PreparedQuery.of(DSL.resultQuery(NEXT_DELETION), List.of(AT), cells -> cells.get(AT));
    private static final PreparedQuery<Feed> STATE_QUERY = PreparedQuery.of(
            DSL.resultQuery(STATE_OF_FEED), List.of(LAST, DELETED), cells -> new Feed(cells.get(LAST), cells.get(DELETED)));

    private static PreparedQuery<Integer> number(String text, Field<?>... values) {
        return PreparedQuery.of(DSL.resultQuery(text, (Object[]) values), List.of(NUMBER), cells -> cells.get(NUMBER));
    }

    /**
     * Puts all changes into the feed, at most {@value #SEALED_BY_READ_MAX} audit events, and returns the state of the feed. One round trip for each
     * {@value #SEALED_MAX} audit events; the tenant's task leaves few of them.
     */
    Feed seal(Tx tx) {
        int left = SEALED_BY_READ_MAX;
        while (true) {
            var batch = new Batch();
            var sealing = seal(batch);
            batch.send(tx);
            int sealed = Objects.requireNonNullElse(sealing.sealed().get(), 0);
            left -= sealed;
            if (sealed < SEALED_MAX || left <= 0) {
                return sealing.feed().get();
            }
        }
    }

    /** Puts changes into the feed, at most {@value #SEALED_MAX} audit events, and returns their number. */
    int sealSome(Tx tx) {
        var batch = new Batch();
        var sealing = seal(batch);
        batch.send(tx);
        return Objects.requireNonNullElse(sealing.sealed().get(), 0);
    }

    private record Sealing(Supplier<@Nullable Integer> sealed, Supplier<Feed> feed) {}

    private static Sealing seal(Batch batch) {
        batch.one(ADD_FEED_QUERY);
        batch.one(LOCK_QUERY);
        return new Sealing(batch.one(SEAL_QUERY), batch.single(STATE_QUERY));
    }

    /** Deletes some of the events that are no longer kept. Returns their number. */
    int deleteOld(Tx tx) {
        return Objects.requireNonNullElse(DELETE_QUERY.one(tx), 0);
    }

    /** The instant from which the oldest event is no longer kept; null without events. */
    @Nullable Instant nextDeletion(Tx tx) {
        return NEXT_DELETION_QUERY.one(tx);
    }
}
