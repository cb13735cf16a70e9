package org.guildhall.providers.alerts;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.platform.Tables.PROVIDERS_SETTINGS;
import static org.guildhall.schema.providers.Tables.ALERT_CONDITIONS;
import static org.guildhall.schema.providers.Tables.ALERT_RULES;
import static org.guildhall.schema.providers.Tables.ALERT_STREAKS;
import static org.guildhall.schema.providers.Tables.FIRED_ALERTS;
import static org.guildhall.schema.providers.Tables.PRESENT_SIGNALS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.providers.alerts.AlertDecisions.Streak;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The conditions of active rules, as the view {@code alert_conditions} evaluates them. */
final class AlertConditionStore {

    /** A condition that holds while no alert of its rule and signal goes on. @param streak the evaluations before; null if there is none */
    record Held(UUID ruleId, UUID signalId, @Nullable Streak streak) {}

    /** The facts of a signal that a notification tells. */
    record Signal(String name, String lane, String status, int percent, String impact, String recoveryAction) {}

    /** Locks the rules, so that evaluations of a tenant follow one another. */
    private static final PreparedQuery<AlertRuleStore.Row> LOCK_RULES = PreparedQuery.of(
            select(AlertRuleStore.COLUMNS).from(ALERT_RULES).where(ALERT_RULES.STATE.eq(inline("active"))).orderBy(ALERT_RULES.ID).forUpdate(),
            AlertRuleStore::row);
    private static final PreparedQuery<String> ZONE = PreparedQuery.ofValue(select(PROVIDERS_SETTINGS.TIME_ZONE).from(PROVIDERS_SETTINGS));
    private static final Field<Instant> COUNTED_BEFORE = field(
            "{0} - {1} * interval '1 second'", SQLDataType.INSTANT, EffectiveDates.present(), inline(AlertDecisions.COUNTED_EVERY.toSeconds()));
    private static final PreparedQuery<Held> HOLDING = PreparedQuery.of(
            select(ALERT_CONDITIONS.RULE_ID, ALERT_CONDITIONS.SIGNAL_ID, ALERT_STREAKS.EVALUATIONS, ALERT_STREAKS.COUNTED_AT)
                    .from(ALERT_CONDITIONS)
                    .leftJoin(ALERT_STREAKS)
                    .on(ALERT_STREAKS.TENANT_ID.eq(ALERT_CONDITIONS.TENANT_ID))
                    .and(ALERT_STREAKS.RULE_ID.eq(ALERT_CONDITIONS.RULE_ID))
                    .and(ALERT_STREAKS.SIGNAL_ID.eq(ALERT_CONDITIONS.SIGNAL_ID))
                    .where(condition(ALERT_CONDITIONS.HOLDS))
                    .and(ALERT_STREAKS.COUNTED_AT.isNull().or(ALERT_STREAKS.COUNTED_AT.le(COUNTED_BEFORE)))
                    .and(notExists(selectOne()
                            .from(FIRED_ALERTS)
                            .where(FIRED_ALERTS.TENANT_ID.eq(ALERT_CONDITIONS.TENANT_ID))
                            .and(FIRED_ALERTS.RULE_ID.eq(ALERT_CONDITIONS.RULE_ID))
                            .and(FIRED_ALERTS.SIGNAL_ID.eq(ALERT_CONDITIONS.SIGNAL_ID))
                            .and(FIRED_ALERTS.CLEARED_AT.isNull())))
                    .orderBy(ALERT_STREAKS.COUNTED_AT.asc().nullsFirst(), ALERT_CONDITIONS.RULE_ID, ALERT_CONDITIONS.SIGNAL_ID)
                    .limit(DSL.param("most", Integer.class)),
            cells -> {
                var counted = cells.get(ALERT_STREAKS.COUNTED_AT);
                return new Held(
                        cells.get(ALERT_CONDITIONS.RULE_ID), cells.get(ALERT_CONDITIONS.SIGNAL_ID),
                        counted == null ? null : new Streak(cells.get(ALERT_STREAKS.EVALUATIONS), counted));
            });
    /** A streak ends when its condition doesn't hold; a condition of which the last results tell nothing keeps it. */
    private static final PreparedUpdate END_STREAKS = PreparedUpdate.of(DSL.deleteFrom(ALERT_STREAKS)
            .where(notExists(selectOne()
                    .from(ALERT_CONDITIONS)
                    .where(ALERT_CONDITIONS.TENANT_ID.eq(ALERT_STREAKS.TENANT_ID))
                    .and(ALERT_CONDITIONS.RULE_ID.eq(ALERT_STREAKS.RULE_ID))
                    .and(ALERT_CONDITIONS.SIGNAL_ID.eq(ALERT_STREAKS.SIGNAL_ID))
                    .and(condition(coalesce(ALERT_CONDITIONS.HOLDS, inline(true)))))));
    private static final PreparedUpdate END_STREAK = PreparedUpdate.of(DSL.deleteFrom(ALERT_STREAKS)
            .where(ALERT_STREAKS.RULE_ID.eq(param(ALERT_STREAKS.RULE_ID)))
            .and(ALERT_STREAKS.SIGNAL_ID.eq(param(ALERT_STREAKS.SIGNAL_ID))));
    private static final PreparedUpdate COUNT = PreparedUpdate.of(insertInto(ALERT_STREAKS)
            .set(ALERT_STREAKS.RULE_ID, param(ALERT_STREAKS.RULE_ID))
            .set(ALERT_STREAKS.SIGNAL_ID, param(ALERT_STREAKS.SIGNAL_ID))
            .set(ALERT_STREAKS.EVALUATIONS, param(ALERT_STREAKS.EVALUATIONS))
            .set(ALERT_STREAKS.COUNTED_AT, param(ALERT_STREAKS.COUNTED_AT))
            .onConflict(ALERT_STREAKS.TENANT_ID, ALERT_STREAKS.RULE_ID, ALERT_STREAKS.SIGNAL_ID)
            .doUpdate()
            .set(ALERT_STREAKS.EVALUATIONS, excluded(ALERT_STREAKS.EVALUATIONS))
            .set(ALERT_STREAKS.COUNTED_AT, excluded(ALERT_STREAKS.COUNTED_AT)));
    private static final PreparedQuery<Signal> SIGNAL = PreparedQuery.of(
            select(PRESENT_SIGNALS.NAME, PRESENT_SIGNALS.LANE, PRESENT_SIGNALS.STATUS, PRESENT_SIGNALS.SIGNAL_PERCENT, PRESENT_SIGNALS.IMPACT,
                            PRESENT_SIGNALS.RECOVERY_ACTION)
                    .from(PRESENT_SIGNALS)
                    .where(PRESENT_SIGNALS.ID.eq(param(PRESENT_SIGNALS.ID))),
            cells -> new Signal(
                    cells.get(PRESENT_SIGNALS.NAME), cells.get(PRESENT_SIGNALS.LANE), cells.get(PRESENT_SIGNALS.STATUS),
                    cells.get(PRESENT_SIGNALS.SIGNAL_PERCENT), cells.get(PRESENT_SIGNALS.IMPACT), cells.get(PRESENT_SIGNALS.RECOVERY_ACTION)));

    /** Adds the locks and the read of the active rules. */
    Supplier<List<AlertRuleStore.Row>> lockRules(Batch batch) {
        return batch.all(LOCK_RULES);
    }

    /** Adds the read of the tenant's time zone. */
    Supplier<ZoneId> zone(Batch batch) {
        var name = batch.single(ZONE);
        return () -> TimeZones.of(name.get());
    }

    /** Adds the read of the conditions that hold without an alert and that this evaluation counts, new ones first. */
    Supplier<List<Held>> holding(Batch batch, int most) {
        return batch.all(HOLDING, most);
    }

    /** Ends the streaks of all conditions that don't hold. */
    void endStreaks(Tx tx) {
        END_STREAKS.later(tx);
    }

    void endStreak(Tx tx, UUID ruleId, UUID signalId) {
        END_STREAK.later(tx, ruleId, signalId);
    }

    void count(Tx tx, UUID ruleId, UUID signalId, Streak streak) {
        COUNT.later(tx, ruleId, signalId, streak.evaluations(), streak.countedAt());
    }

    Signal signal(Tx tx, UUID id) {
        return SIGNAL.single(tx, id);
    }
}
