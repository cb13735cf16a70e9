package org.guildhall.providers;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.resultQuery;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Param;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The summary of all active signals, in one statement: all its parts are of one instant. */
final class ProviderSummaryStore {

    /** The figures of all active signals. @param signalPercent the average, rounded half up */
    record Counts(int signals, int operational, int degraded, int blocked, int planned, int signalPercent) {}

    /** The figures of a lane with signals. @param action the recovery action of its strongest signal */
    record Lane(String lane, int signals, int blocked, int watch, int signalPercent, String action) {}

    /** A signal that is degraded or blocked. */
    record Recovery(
            UUID id, String name, String lane, String kind, String ownerKind, String ownerName, @Nullable UUID ownerPersonId, String status,
            int signalPercent, String impact, String recoveryAction) {

        SignalStore.Owner owner() {
            return new SignalStore.Owner(ownerKind, ownerName, ownerPersonId);
        }
    }

    /**
     * The parts of the summary. The lists have one entry more than shown if there are more.
     *
     * @param now the database's time
     */
    record Summary(Instant now, Counts counts, List<Lane> lanes, List<SignalStore.Row> queue, List<Recovery> recovery) {}

    /** The signals of each list that are shown. */
    static final int SHOWN_MAX = 200;

    private static final Field<Instant> NOW = field(name("now"), SQLDataType.INSTANT);
    private static final Field<JSONB> COUNTS = field(name("counts"), SQLDataType.JSONB);
    private static final Field<JSONB> LANES = field(name("lanes"), SQLDataType.JSONB);
    private static final Field<JSONB> QUEUE = field(name("queue"), SQLDataType.JSONB);
    private static final Field<JSONB> RECOVERY = field(name("recovery"), SQLDataType.JSONB);
    private static final Param<Instant> AT = DSL.param("at", SQLDataType.INSTANT);

    /** The columns that have a history. */
    private static final Set<String> PAST_COLUMNS = Set.of(
            "status", "signal_percent", "derived", "stale_since", "evidence_status", "evidence_percent", "blocked_by", "blocked_reason",
            "blocked_at", "incident_id", "rank");

    private static final String PRESENT = "select * from providers.present_signals where state = 'active'";
    private static final String PAST = "select " + SignalStore.COLUMNS.stream()
            .map(column -> (PAST_COLUMNS.contains(column.getName()) ? "p." : "s.") + column.getName())
            .collect(Collectors.joining(", ")) + " from providers.past_signals({0}) p join providers.present_signals s on s.id = p.id";

    // round() of a numeric rounds half away from zero, which is half up here.
    private static final String SUMMARY = """
            with s as materialized (%1$s)
            select platform.app_now() as now,
                (select jsonb_build_object(
                    'signals', count(*), 'operational', count(*) filter (where status = 'operational'),
                    'degraded', count(*) filter (where status = 'degraded'), 'blocked', count(*) filter (where status = 'blocked'),
                    'planned', count(*) filter (where status = 'planned'),
                    'signal_percent', coalesce(round(avg(signal_percent)), 0)) from s) as counts,
                (select coalesce(jsonb_agg(l), '[]') from (
                    select lane, count(*) as signals, count(*) filter (where status = 'blocked') as blocked,
                        count(*) filter (where status = 'degraded') as watch, round(avg(signal_percent)) as signal_percent,
                        (array_agg(recovery_action order by rank desc))[1] as action
                    from s group by lane) l) as lanes,
                (select coalesce(jsonb_agg(q order by q.rank desc), '[]') from (select * from s order by rank desc limit %2$d) q) as queue,
                (select coalesce(jsonb_agg(r order by r.rank desc), '[]') from (
                    select * from s where status in ('degraded', 'blocked') order by rank desc limit %2$d) r) as recovery""";

    private static final JsonReader<Counts> COUNTS_READER = JsonReader.of(Counts.class);
    private static final JsonReader<List<Lane>> LANES_READER = JsonReader.ofList(Lane.class);
    private static final JsonReader<List<SignalStore.Row>> QUEUE_READER = JsonReader.ofList(SignalStore.Row.class);
    private static final JsonReader<List<Recovery>> RECOVERY_READER = JsonReader.ofList(Recovery.class);
    private static final List<Field<?>> COLUMNS = List.of(NOW, COUNTS, LANES, QUEUE, RECOVERY);

    private static final PreparedQuery<Summary> GET =
            PreparedQuery.of(resultQuery(SUMMARY.formatted(PRESENT, SHOWN_MAX + 1)), COLUMNS, ProviderSummaryStore::summary);
    private static final Field<Long> DEGRADED = field(name("degraded"), SQLDataType.BIGINT);
    private static final Field<Long> BLOCKED = field(name("blocked"), SQLDataType.BIGINT);
    private static final Field<Boolean> PAYMENTS_BLOCKED = field(name("payments_blocked"), SQLDataType.BOOLEAN);
    private static final JsonReader<List<Providers.RecoverySignal>> RECOVERY_SIGNALS = JsonReader.ofList(Providers.RecoverySignal.class);
    private static final PreparedQuery<Providers.Recovery> GET_RECOVERY = PreparedQuery.of(
            resultQuery("""
                    with s as materialized (
                        select id, name, lane, owner_name, status, recovery_action, rank
                        from providers.present_signals
                        where state = 'active' and status in ('degraded', 'blocked'))
                    select count(*) filter (where status = 'degraded') as degraded, count(*) filter (where status = 'blocked') as blocked,
                        count(*) filter (where status = 'blocked' and lane = 'payments') > 0 as payments_blocked,
                        (select coalesce(jsonb_agg(jsonb_build_object(
                            'id', r.id, 'name', r.name, 'lane', r.lane, 'owner', r.owner_name, 'blocked', r.status = 'blocked',
                            'recovery_action', r.recovery_action) order by r.rank desc), '[]')
                         from (select * from s order by rank desc limit {0}) r) as recovery
                    from s""", DSL.param("most", SQLDataType.INTEGER)),
            List.of(DEGRADED, BLOCKED, PAYMENTS_BLOCKED, RECOVERY),
            cells -> new Providers.Recovery(
                    cells.get(DEGRADED), cells.get(BLOCKED), cells.get(PAYMENTS_BLOCKED), RECOVERY_SIGNALS.read(cells.get(RECOVERY))));
    private static final PreparedQuery<Summary> GET_AT =
            PreparedQuery.of(resultQuery(SUMMARY.formatted(PAST, SHOWN_MAX + 1), AT), COLUMNS, ProviderSummaryStore::summary);

    /** Adds the read of the signals that need an operator. */
    Supplier<Providers.Recovery> recovery(Batch batch, int most) {
        return batch.single(GET_RECOVERY, most);
    }

    /** @param at the instant; null for now */
    Summary get(Tx tx, @Nullable Instant at) {
        return at == null ? GET.single(tx) : GET_AT.single(tx, at);
    }

    private static Summary summary(RowReader cells) {
        return new Summary(
                cells.get(NOW), COUNTS_READER.read(cells.get(COUNTS)), LANES_READER.read(cells.get(LANES)), QUEUE_READER.read(cells.get(QUEUE)),
                RECOVERY_READER.read(cells.get(RECOVERY)));
    }
}
