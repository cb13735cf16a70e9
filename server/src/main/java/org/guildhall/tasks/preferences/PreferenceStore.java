package org.guildhall.tasks.preferences;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.platform.Tables.TASKS_SETTINGS;
import static org.guildhall.schema.tasks.Tables.MESSAGE_PREFERENCES;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.trueCondition;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.time.QuietHours;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The tenant's preferences for messages. Without a row they are empty. */
final class PreferenceStore {

    /** A weekly window of quiet hours of a category. */
    record Window(String category, QuietHours.Window hours) {}

    /** The members that a caller can set. */
    record Values(List<Window> windows, @Nullable Integer emailsPerDay, @Nullable String unsubscribeText) {}

    /** The preferences of the tenant. */
    record Row(UUID tenant, ZoneId zone, Values values, Instant createdAt, Instant updatedAt, long version) {}

    /** A window in its JSON form. @param days the numbers of the days, Monday is 1 */
    private record StoredWindow(String category, String days, int startMinutes, int endMinutes) {}

    private static final JsonReader<List<StoredWindow>> WINDOWS = JsonReader.ofList(StoredWindow.class);
    private static final Field<Instant> CREATED_AT = coalesce(MESSAGE_PREFERENCES.CREATED_AT, TASKS_SETTINGS.CREATED_AT).as("created_at_now");
    private static final Field<Instant> UPDATED_AT = coalesce(MESSAGE_PREFERENCES.UPDATED_AT, TASKS_SETTINGS.CREATED_AT).as("updated_at_now");
    private static final Field<Long> VERSION = coalesce(MESSAGE_PREFERENCES.VERSION, inline(1L)).as("version_now");
    private static final List<Field<?>> COLUMNS = List.of(
            TASKS_SETTINGS.TENANT_ID, TASKS_SETTINGS.TIME_ZONE, MESSAGE_PREFERENCES.QUIET_HOURS, MESSAGE_PREFERENCES.EMAILS_PER_DAY,
            MESSAGE_PREFERENCES.UNSUBSCRIBE_TEXT, CREATED_AT,
            UPDATED_AT, VERSION);

    private static final PreparedQuery<Row> GET = PreparedQuery.of(
            select(COLUMNS).from(TASKS_SETTINGS.leftJoin(MESSAGE_PREFERENCES).on(trueCondition())), PreferenceStore::row);
    /** Before the first change there is no row to lock. */
    private static final PreparedUpdate ENSURE = PreparedUpdate.of(
            insertInto(MESSAGE_PREFERENCES, MESSAGE_PREFERENCES.QUIET_HOURS, MESSAGE_PREFERENCES.CREATED_AT, MESSAGE_PREFERENCES.UPDATED_AT)
                    .select(select(inline(JSONB.valueOf("[]")), TASKS_SETTINGS.CREATED_AT, TASKS_SETTINGS.CREATED_AT).from(TASKS_SETTINGS))
                    .onConflictDoNothing());
    private static final PreparedQuery<Long> LOCK =
            PreparedQuery.ofValue(select(MESSAGE_PREFERENCES.VERSION).from(MESSAGE_PREFERENCES).forNoKeyUpdate());
    private static final PreparedUpdate UPDATE = PreparedUpdate.of(DSL.update(MESSAGE_PREFERENCES)
            .set(MESSAGE_PREFERENCES.QUIET_HOURS, param(MESSAGE_PREFERENCES.QUIET_HOURS))
            .set(MESSAGE_PREFERENCES.EMAILS_PER_DAY, param(MESSAGE_PREFERENCES.EMAILS_PER_DAY))
            .set(MESSAGE_PREFERENCES.UNSUBSCRIBE_TEXT, param(MESSAGE_PREFERENCES.UNSUBSCRIBE_TEXT))
            .set(MESSAGE_PREFERENCES.UPDATED_AT, EffectiveDates.touched(MESSAGE_PREFERENCES.UPDATED_AT))
            .set(MESSAGE_PREFERENCES.VERSION, MESSAGE_PREFERENCES.VERSION.plus(inline(1))));

    Row get(Tx tx) {
        return GET.single(tx);
    }

    /** Adds the read of the preferences. */
    Supplier<Row> get(Batch batch) {
        return batch.single(GET);
    }

    /** Locks the preferences until the transaction ends. */
    Row lock(Tx tx) {
        ENSURE.later(tx);
        var batch = new Batch();
        batch.one(LOCK);
        var row = batch.single(GET);
        batch.send(tx);
        return row.get();
    }

    Row update(Tx tx, Values values) {
        UPDATE.later(tx, written(values.windows()), values.emailsPerDay(), values.unsubscribeText());
        return GET.single(tx);
    }

    private static JSONB written(List<Window> windows) {
        return Columns.rows(windows.stream().map(window -> Map.of(
                "category", window.category(),
                "days", window.hours().days().stream().sorted().map(day -> Integer.toString(day.getValue())).collect(Collectors.joining(",")),
                "start_minutes", Integer.toString(window.hours().startMinutes()),
                "end_minutes", Integer.toString(window.hours().endMinutes()))).toList());
    }

    private static List<Window> windows(@Nullable JSONB stored) {
        return stored == null ? List.of() : WINDOWS.read(stored).stream().map(window -> new Window(
                window.category(), new QuietHours.Window(
                        Arrays.stream(window.days().split(",")).map(Integer::valueOf).map(DayOfWeek::of).collect(Collectors.toSet()),
                        window.startMinutes(), window.endMinutes()))).toList();
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(TASKS_SETTINGS.TENANT_ID), TimeZones.of(cells.get(TASKS_SETTINGS.TIME_ZONE)),
                new Values(windows(cells.get(MESSAGE_PREFERENCES.QUIET_HOURS)), cells.get(MESSAGE_PREFERENCES.EMAILS_PER_DAY),
                        cells.get(MESSAGE_PREFERENCES.UNSUBSCRIBE_TEXT)),
                cells.get(CREATED_AT),
                cells.get(UPDATED_AT), cells.get(VERSION));
    }
}
