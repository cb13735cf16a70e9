package org.guildhall.tasks.operational;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.platform.Tables.TASKS_SETTINGS;
import static org.guildhall.schema.tasks.Tables.OPERATIONAL_TASKS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.JoinedRead;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Operational tasks. The database resolves due dates, since it knows the tenant's time zone. */
public final class OperationalTaskStore {

    /** The maximal number of tasks in an overview; one more is read. */
    static final int OVERVIEW_MAX = 100;

    /**
     * A task as stored.
     *
     * @param overdueAt from when on the task is overdue unless it is finished; null without a due date
     * @param overdue true if it is overdue now
     */
    public record Row(
            UUID id, @Nullable String externalId, String title, @Nullable String detail, @Nullable String ownerKind, @Nullable String ownerName,
            @Nullable UUID ownerPersonId, @Nullable LocalDate dueOn, @Nullable Instant dueAt, @Nullable Instant overdueAt, boolean overdue,
            String priority, @Nullable String workflow, @Nullable String entityType, @Nullable UUID entityId, String state,
            @Nullable Instant startedAt, @Nullable String blockedFrom, @Nullable String blockedReason, @Nullable Instant blockedAt,
            @Nullable UUID blockedBy, @Nullable String outcomeKind, @Nullable String outcomeWords, @Nullable Instant completedAt,
            @Nullable Instant canceledAt, @Nullable String cancelReason, @Nullable Instant reopenedAt, @Nullable String reopenReason,
            Map<String, String> metadata, Instant createdAt, Instant updatedAt, long version) {

        TaskProgress progress() {
            return new TaskProgress(
                    state, startedAt,
                    blockedFrom == null || blockedReason == null || blockedAt == null
                            ? null : new TaskProgress.Blocked(blockedFrom, blockedReason, blockedAt, blockedBy),
                    outcomeKind == null || completedAt == null ? null : new TaskProgress.Completion(outcomeKind, outcomeWords, completedAt),
                    explained(cancelReason, canceledAt), explained(reopenReason, reopenedAt));
        }

        private static TaskProgress.@Nullable Explained explained(@Nullable String reason, @Nullable Instant at) {
            return reason == null || at == null ? null : new TaskProgress.Explained(reason, at);
        }
    }

    /** The members of a task that a caller can set. */
    record Values(
            @Nullable String externalId, String title, @Nullable String detail, @Nullable Owner owner, @Nullable LocalDate dueOn,
            @Nullable Instant dueAt, String priority, @Nullable Source source, Map<String, String> metadata) {}

    /** @param kind {@code team} or {@code person} */
    record Owner(String kind, String name, @Nullable UUID personId) {}

    record Source(String workflow, @Nullable String entityType, @Nullable UUID entityId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String state, @Nullable Boolean finished, @Nullable Boolean overdue, @Nullable String priority,
            @Nullable String ownerName, @Nullable UUID ownerPersonId, @Nullable String workflow, @Nullable String entityType,
            @Nullable UUID entityId, TimeWindow due, TimeWindow created) {

        private boolean isDue() {
            return due.after() != null || due.from() != null || due.before() != null;
        }
    }

    /** A locked task and the present instant. */
    record Locked(Row row, Instant now) {}

    private static final Condition UNFINISHED = not(condition(OPERATIONAL_TASKS.FINISHED));
    private static final Condition COME = OPERATIONAL_TASKS.DUE_ORDER.le(Columns.now());
    private static final Field<Boolean> OVERDUE = field(UNFINISHED.and(COME)).as("overdue");
    private static final List<Field<?>> COLUMNS = List.of(
            OPERATIONAL_TASKS.ID, OPERATIONAL_TASKS.EXTERNAL_ID, OPERATIONAL_TASKS.TITLE, OPERATIONAL_TASKS.DETAIL, OPERATIONAL_TASKS.OWNER_KIND,
            OPERATIONAL_TASKS.OWNER_NAME, OPERATIONAL_TASKS.OWNER_PERSON_ID, OPERATIONAL_TASKS.DUE_ON, OPERATIONAL_TASKS.DUE_AT,
            OPERATIONAL_TASKS.OVERDUE_AT, OVERDUE, OPERATIONAL_TASKS.PRIORITY, OPERATIONAL_TASKS.WORKFLOW, OPERATIONAL_TASKS.ENTITY_TYPE,
            OPERATIONAL_TASKS.ENTITY_ID, OPERATIONAL_TASKS.STATE, OPERATIONAL_TASKS.STARTED_AT, OPERATIONAL_TASKS.BLOCKED_FROM,
            OPERATIONAL_TASKS.BLOCKED_REASON, OPERATIONAL_TASKS.BLOCKED_AT, OPERATIONAL_TASKS.BLOCKED_BY, OPERATIONAL_TASKS.OUTCOME_KIND,
            OPERATIONAL_TASKS.OUTCOME_WORDS, OPERATIONAL_TASKS.COMPLETED_AT, OPERATIONAL_TASKS.CANCELED_AT, OPERATIONAL_TASKS.CANCEL_REASON,
            OPERATIONAL_TASKS.REOPENED_AT, OPERATIONAL_TASKS.REOPEN_REASON, OPERATIONAL_TASKS.METADATA, OPERATIONAL_TASKS.CREATED_AT,
            OPERATIONAL_TASKS.UPDATED_AT, OPERATIONAL_TASKS.VERSION);
    private static final List<Field<?>> SELECTED = selected();
    private static final Condition BY_ID = OPERATIONAL_TASKS.ID.eq(param(OPERATIONAL_TASKS.ID));
    private static final Field<Instant> OVERDUE_AT = coalesce(param(OPERATIONAL_TASKS.DUE_AT), endOf(param(OPERATIONAL_TASKS.DUE_ON)));

    /** The columns that a caller sets. */
    private static final Map<Field<?>, Field<?>> SETTABLE = Columns.assigned(
            OPERATIONAL_TASKS.EXTERNAL_ID, OPERATIONAL_TASKS.TITLE, OPERATIONAL_TASKS.DETAIL, OPERATIONAL_TASKS.OWNER_KIND,
            OPERATIONAL_TASKS.OWNER_NAME, OPERATIONAL_TASKS.OWNER_PERSON_ID, OPERATIONAL_TASKS.DUE_ON, OPERATIONAL_TASKS.DUE_AT,
            OPERATIONAL_TASKS.PRIORITY, OPERATIONAL_TASKS.WORKFLOW, OPERATIONAL_TASKS.ENTITY_TYPE, OPERATIONAL_TASKS.ENTITY_ID,
            OPERATIONAL_TASKS.METADATA);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(OPERATIONAL_TASKS)
                    .set(SETTABLE)
                    .set(OPERATIONAL_TASKS.OVERDUE_AT, OVERDUE_AT)
                    .returningResult(COLUMNS),
            OperationalTaskStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(OPERATIONAL_TASKS).where(BY_ID), OperationalTaskStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(OPERATIONAL_TASKS).where(BY_ID).forUpdate(), OperationalTaskStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(OPERATIONAL_TASKS)
                    .set(SETTABLE)
                    .set(OPERATIONAL_TASKS.OVERDUE_AT, OVERDUE_AT)
                    .set(OPERATIONAL_TASKS.UPDATED_AT, EffectiveDates.touched(OPERATIONAL_TASKS.UPDATED_AT))
                    .set(OPERATIONAL_TASKS.VERSION, OPERATIONAL_TASKS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            OperationalTaskStore::row);
    private static final PreparedQuery<Row> MOVE = PreparedQuery.of(
            DSL.update(OPERATIONAL_TASKS)
                    .set(OPERATIONAL_TASKS.STATE, param(OPERATIONAL_TASKS.STATE))
                    .set(OPERATIONAL_TASKS.STARTED_AT, param(OPERATIONAL_TASKS.STARTED_AT))
                    .set(OPERATIONAL_TASKS.BLOCKED_FROM, param(OPERATIONAL_TASKS.BLOCKED_FROM))
                    .set(OPERATIONAL_TASKS.BLOCKED_REASON, param(OPERATIONAL_TASKS.BLOCKED_REASON))
                    .set(OPERATIONAL_TASKS.BLOCKED_AT, param(OPERATIONAL_TASKS.BLOCKED_AT))
                    .set(OPERATIONAL_TASKS.BLOCKED_BY, param(OPERATIONAL_TASKS.BLOCKED_BY))
                    .set(OPERATIONAL_TASKS.OUTCOME_KIND, param(OPERATIONAL_TASKS.OUTCOME_KIND))
                    .set(OPERATIONAL_TASKS.OUTCOME_WORDS, param(OPERATIONAL_TASKS.OUTCOME_WORDS))
                    .set(OPERATIONAL_TASKS.COMPLETED_AT, param(OPERATIONAL_TASKS.COMPLETED_AT))
                    .set(OPERATIONAL_TASKS.CANCELED_AT, param(OPERATIONAL_TASKS.CANCELED_AT))
                    .set(OPERATIONAL_TASKS.CANCEL_REASON, param(OPERATIONAL_TASKS.CANCEL_REASON))
                    .set(OPERATIONAL_TASKS.REOPENED_AT, param(OPERATIONAL_TASKS.REOPENED_AT))
                    .set(OPERATIONAL_TASKS.REOPEN_REASON, param(OPERATIONAL_TASKS.REOPEN_REASON))
                    .set(OPERATIONAL_TASKS.UPDATED_AT, param(OPERATIONAL_TASKS.UPDATED_AT))
                    .set(OPERATIONAL_TASKS.VERSION, OPERATIONAL_TASKS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            OperationalTaskStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", OPERATIONAL_TASKS.CREATED_AT, "due_at", OPERATIONAL_TASKS.DUE_ORDER, "priority", OPERATIONAL_TASKS.PRIORITY_RANK),
            OPERATIONAL_TASKS.ID,
            by -> select(SELECTED).from(OPERATIONAL_TASKS).where(noCondition())
                    .and(by.is(OPERATIONAL_TASKS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(OPERATIONAL_TASKS.STATE, Filter::state))
                    .and(by.choice(Filter::finished, finished -> finished == null ? noCondition() : finished ? not(UNFINISHED) : UNFINISHED))
                    .and(by.choice(Filter::overdue, overdue -> overdue == null ? noCondition() : overdue ? UNFINISHED.and(COME) : not(UNFINISHED.and(COME))))
                    .and(by.oneOf(OPERATIONAL_TASKS.PRIORITY, Filter::priority))
                    .and(by.is(OPERATIONAL_TASKS.OWNER_NAME, Filter::ownerName))
                    .and(by.is(OPERATIONAL_TASKS.OWNER_PERSON_ID, Filter::ownerPersonId))
                    .and(by.is(OPERATIONAL_TASKS.WORKFLOW, Filter::workflow))
                    .and(by.is(OPERATIONAL_TASKS.ENTITY_TYPE, Filter::entityType))
                    .and(by.is(OPERATIONAL_TASKS.ENTITY_ID, Filter::entityId))
                    .and(by.choice(Filter::isDue, due -> Boolean.TRUE.equals(due) ? OPERATIONAL_TASKS.OVERDUE_AT.isNotNull() : noCondition()))
                    .and(by.within(OPERATIONAL_TASKS.DUE_ORDER, Filter::due))
                    .and(by.within(OPERATIONAL_TASKS.CREATED_AT, Filter::created)),
            OperationalTaskStore::row);

    /** The unfinished tasks about an organization, by due date, for a joined read; one more than an overview shows. */
    public static final PreparedQuery<Row> UNFINISHED_OF_ORGANIZATION = PreparedQuery.of(
            select(COLUMNS)
                    .from(OPERATIONAL_TASKS)
                    .where(OPERATIONAL_TASKS.ENTITY_TYPE.eq(inline("organization")))
                    .and(OPERATIONAL_TASKS.ENTITY_ID.eq(JoinedRead.ORGANIZATION_ID))
                    .and(UNFINISHED)
                    .orderBy(OPERATIONAL_TASKS.DUE_ORDER, OPERATIONAL_TASKS.ID)
                    .limit(inline(OVERVIEW_MAX + 1)),
            OperationalTaskStore::row);

    /** The end of a civil day in the tenant's time zone. A midnight that a clock change skips is the first instant after it. */
    static Field<Instant> endOf(Field<LocalDate> day) {
        return field("({0}::date + 1)::timestamp at time zone {1}", SQLDataType.INSTANT, day,
                field(select(TASKS_SETTINGS.TIME_ZONE).from(TASKS_SETTINGS)));
    }

    /** The columns of a list, with those that it can be sorted by. */
    private static List<Field<?>> selected() {
        var all = new ArrayList<>(COLUMNS);
        all.addAll(List.of(OPERATIONAL_TASKS.DUE_ORDER, OPERATIONAL_TASKS.PRIORITY_RANK));
        return List.copyOf(all);
    }

    Row insert(Tx tx, Values values) {
        var owner = values.owner();
        var source = values.source();
        return INSERT.single(tx,
                values.externalId(), values.title(), values.detail(), owner == null ? null : owner.kind(), owner == null ? null : owner.name(),
                owner == null ? null : owner.personId(), values.dueOn(), values.dueAt(), values.priority(), source == null ? null : source.workflow(),
                source == null ? null : source.entityType(), source == null ? null : source.entityId(), Columns.jsonb(values.metadata()));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the task until the transaction ends; null if there is none. */
    @Nullable Locked lock(Tx tx, UUID id) {
        var batch = new Batch();
        var row = batch.one(LOCK, id);
        var now = EffectiveDates.present(batch);
        batch.send(tx);
        var found = row.get();
        return found == null ? null : new Locked(found, now.get());
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        var owner = values.owner();
        var source = values.source();
        return UPDATE.single(tx,
                values.externalId(), values.title(), values.detail(), owner == null ? null : owner.kind(), owner == null ? null : owner.name(),
                owner == null ? null : owner.personId(), values.dueOn(), values.dueAt(), values.priority(), source == null ? null : source.workflow(),
                source == null ? null : source.entityType(), source == null ? null : source.entityId(), Columns.jsonb(values.metadata()), id);
    }

    /** Changes the state of a locked task. */
    Row move(Tx tx, Locked before, TaskProgress to) {
        var blocked = to.blocked();
        var completion = to.completion();
        var cancellation = to.cancellation();
        var reopening = to.reopening();
        return MOVE.single(tx,
                to.state(), to.startedAt(), blocked == null ? null : blocked.from(), blocked == null ? null : blocked.reason(),
                blocked == null ? null : blocked.at(), blocked == null ? null : blocked.by(), completion == null ? null : completion.kind(),
                completion == null ? null : completion.words(), completion == null ? null : completion.at(),
                cancellation == null ? null : cancellation.at(), cancellation == null ? null : cancellation.reason(),
                reopening == null ? null : reopening.at(), reopening == null ? null : reopening.reason(),
                EffectiveDates.touched(before.row().updatedAt(), before.now()), before.row().id());
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(OPERATIONAL_TASKS.ID), cells.get(OPERATIONAL_TASKS.EXTERNAL_ID), cells.get(OPERATIONAL_TASKS.TITLE),
                cells.get(OPERATIONAL_TASKS.DETAIL), cells.get(OPERATIONAL_TASKS.OWNER_KIND), cells.get(OPERATIONAL_TASKS.OWNER_NAME),
                cells.get(OPERATIONAL_TASKS.OWNER_PERSON_ID), cells.get(OPERATIONAL_TASKS.DUE_ON), cells.get(OPERATIONAL_TASKS.DUE_AT),
                cells.get(OPERATIONAL_TASKS.OVERDUE_AT), Boolean.TRUE.equals(cells.get(OVERDUE)), cells.get(OPERATIONAL_TASKS.PRIORITY),
                cells.get(OPERATIONAL_TASKS.WORKFLOW), cells.get(OPERATIONAL_TASKS.ENTITY_TYPE), cells.get(OPERATIONAL_TASKS.ENTITY_ID),
                cells.get(OPERATIONAL_TASKS.STATE), cells.get(OPERATIONAL_TASKS.STARTED_AT), cells.get(OPERATIONAL_TASKS.BLOCKED_FROM),
                cells.get(OPERATIONAL_TASKS.BLOCKED_REASON), cells.get(OPERATIONAL_TASKS.BLOCKED_AT), cells.get(OPERATIONAL_TASKS.BLOCKED_BY),
                cells.get(OPERATIONAL_TASKS.OUTCOME_KIND), cells.get(OPERATIONAL_TASKS.OUTCOME_WORDS), cells.get(OPERATIONAL_TASKS.COMPLETED_AT),
                cells.get(OPERATIONAL_TASKS.CANCELED_AT), cells.get(OPERATIONAL_TASKS.CANCEL_REASON), cells.get(OPERATIONAL_TASKS.REOPENED_AT),
                cells.get(OPERATIONAL_TASKS.REOPEN_REASON), Columns.texts(cells.get(OPERATIONAL_TASKS.METADATA)),
                cells.get(OPERATIONAL_TASKS.CREATED_AT), cells.get(OPERATIONAL_TASKS.UPDATED_AT), cells.get(OPERATIONAL_TASKS.VERSION));
    }
}
