package org.guildhall.providers;

import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.providers.Tables.PRESENT_SIGNALS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.tasks.Tasks.ProviderSignal;
import org.jooq.impl.SQLDataType;

/** The signals that hold jobs back. */
final class SignalStateStore {

    /** More signals than this say no more than these. */
    private static final int SIGNALS_MAX = 50;

    private static final PreparedQuery<ProviderSignal> NOT_OPERATIONAL = PreparedQuery.of(
            select(PRESENT_SIGNALS.ID, PRESENT_SIGNALS.NAME, PRESENT_SIGNALS.LANE, PRESENT_SIGNALS.STATUS)
                    .from(PRESENT_SIGNALS)
                    .where(PRESENT_SIGNALS.STATE.eq(inline("active")))
                    .and(PRESENT_SIGNALS.STATUS.in(inline("degraded"), inline("blocked")))
                    .and(PRESENT_SIGNALS.LANE.eq(any(params("lanes", SQLDataType.CLOB))).or(PRESENT_SIGNALS.ID.eq(any(params("ids", SQLDataType.UUID)))))
                    .orderBy(PRESENT_SIGNALS.STATUS, PRESENT_SIGNALS.NAME, PRESENT_SIGNALS.ID)
                    .limit(inline(SIGNALS_MAX)),
            cells -> new ProviderSignal(
                    cells.get(PRESENT_SIGNALS.ID), cells.get(PRESENT_SIGNALS.NAME), cells.get(PRESENT_SIGNALS.LANE),
                    cells.get(PRESENT_SIGNALS.STATUS).equals("blocked")));

    /** The degraded and blocked signals of some lanes, and among some signals; blocked ones first. */
    List<ProviderSignal> notOperational(Tx tx, Collection<String> lanes, Collection<UUID> ids) {
        return NOT_OPERATIONAL.all(tx, lanes, ids);
    }
}
