package org.guildhall.tasks.templates;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.tasks.Tables.TEMPLATES;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.tasks.templates.TemplateRules.Variable;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Templates of messages. */
final class TemplateStore {

    /** A template as stored. */
    record Row(
            UUID id, @Nullable String externalId, String key, String channel, String category, String language, String subject, String body,
            String format, List<Variable> variables, String state, @Nullable Instant publishedAt, @Nullable Instant archivedAt, Instant createdAt,
            Instant updatedAt, long version) {

        TemplateRules.Text text() {
            return new TemplateRules.Text(subject, body, format.equals("html"), variables);
        }
    }

    /** The members of a template that can change. */
    record Values(@Nullable String externalId, String category, String subject, String body, String format, List<Variable> variables) {

        TemplateRules.Text text() {
            return new TemplateRules.Text(subject, body, format.equals("html"), variables);
        }
    }

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable String key, @Nullable String state, TimeWindow created) {}

    private static final String CHANNEL = "email";
    private static final JsonReader<List<Variable>> VARIABLES = JsonReader.ofList(Variable.class);
    private static final List<Field<?>> COLUMNS = List.of(
            TEMPLATES.ID, TEMPLATES.EXTERNAL_ID, TEMPLATES.KEY, TEMPLATES.CHANNEL, TEMPLATES.CATEGORY, TEMPLATES.LANGUAGE, TEMPLATES.SUBJECT,
            TEMPLATES.BODY, TEMPLATES.FORMAT, TEMPLATES.VARIABLES, TEMPLATES.STATE, TEMPLATES.PUBLISHED_AT, TEMPLATES.ARCHIVED_AT,
            TEMPLATES.CREATED_AT, TEMPLATES.UPDATED_AT, TEMPLATES.VERSION);
    private static final Condition BY_ID = TEMPLATES.ID.eq(param(TEMPLATES.ID));

    /** The columns that a caller can change. */
    private static final Map<Field<?>, Field<?>> SETTABLE = Columns.assigned(
            TEMPLATES.EXTERNAL_ID, TEMPLATES.CATEGORY, TEMPLATES.SUBJECT, TEMPLATES.BODY, TEMPLATES.FORMAT, TEMPLATES.VARIABLES);
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(TEMPLATES)
                    .set(TEMPLATES.KEY, param(TEMPLATES.KEY))
                    .set(TEMPLATES.LANGUAGE, param(TEMPLATES.LANGUAGE))
                    .set(TEMPLATES.CHANNEL, inline(CHANNEL))
                    .set(SETTABLE)
                    .returningResult(COLUMNS),
            TemplateStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(TEMPLATES).where(BY_ID), TemplateStore::row);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(select(COLUMNS).from(TEMPLATES).where(BY_ID).forNoKeyUpdate(), TemplateStore::row);
    /** One language is meant if the key has no other. */
    private static final PreparedQuery<Row> PUBLISHED_OF_KEY = PreparedQuery.of(
            select(COLUMNS)
                    .from(TEMPLATES)
                    .where(TEMPLATES.CHANNEL.eq(inline(CHANNEL)))
                    .and(TEMPLATES.KEY.eq(param(TEMPLATES.KEY)))
                    .and(TEMPLATES.STATE.eq(inline("published")))
                    .orderBy(TEMPLATES.LANGUAGE)
                    .limit(inline(2)),
            TemplateStore::row);
    private static final PreparedQuery<Row> PUBLISHED_IN_LANGUAGE = PreparedQuery.of(
            select(COLUMNS)
                    .from(TEMPLATES)
                    .where(TEMPLATES.CHANNEL.eq(inline(CHANNEL)))
                    .and(TEMPLATES.KEY.eq(param(TEMPLATES.KEY)))
                    .and(TEMPLATES.LANGUAGE.eq(param(TEMPLATES.LANGUAGE)))
                    .and(TEMPLATES.STATE.eq(inline("published"))),
            TemplateStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            change()
                    .set(SETTABLE)
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TemplateStore::row);
    private static final PreparedQuery<Row> PUBLISH = PreparedQuery.of(
            change()
                    .set(TEMPLATES.STATE, inline("published"))
                    .set(TEMPLATES.PUBLISHED_AT, EffectiveDates.touched(TEMPLATES.UPDATED_AT))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TemplateStore::row);
    private static final PreparedQuery<Row> ARCHIVE = PreparedQuery.of(
            change()
                    .set(TEMPLATES.STATE, inline("archived"))
                    .set(TEMPLATES.ARCHIVED_AT, EffectiveDates.touched(TEMPLATES.UPDATED_AT))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TemplateStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", TEMPLATES.CREATED_AT),
            TEMPLATES.ID,
            by -> select(COLUMNS)
                    .from(TEMPLATES)
                    .where(by.is(TEMPLATES.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(TEMPLATES.KEY, Filter::key))
                    .and(by.oneOf(TEMPLATES.STATE, Filter::state))
                    .and(by.within(TEMPLATES.CREATED_AT, Filter::created)),
            TemplateStore::row);

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(TEMPLATES)
                .set(TEMPLATES.UPDATED_AT, EffectiveDates.touched(TEMPLATES.UPDATED_AT))
                .set(TEMPLATES.VERSION, TEMPLATES.VERSION.plus(inline(1)));
    }

    /** Inserts a draft. */
    Row insert(Tx tx, String key, String language, Values values) {
        return INSERT.single(tx,
                key, language, values.externalId(), values.category(), values.subject(), values.body(), values.format(), written(values.variables()));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Adds the read of a template in any state. */
    Supplier<List<Row>> get(Batch batch, UUID id) {
        return batch.all(GET, id);
    }

    /** Adds the read of the published template with a key, or of two if it has several languages and none is given. */
    Supplier<List<Row>> published(Batch batch, String key, @Nullable String language) {
        return language == null ? batch.all(PUBLISHED_OF_KEY, key) : batch.all(PUBLISHED_IN_LANGUAGE, key, language);
    }

    /** Locks the template until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        return UPDATE.single(tx,
                values.externalId(), values.category(), values.subject(), values.body(), values.format(), written(values.variables()), id);
    }

    Row publish(Tx tx, UUID id) {
        return PUBLISH.single(tx, id);
    }

    Row archive(Tx tx, UUID id) {
        return ARCHIVE.single(tx, id);
    }

    private static JSONB written(List<Variable> variables) {
        return Columns.rows(variables.stream().map(variable -> Map.of("name", variable.name(), "required", Boolean.toString(variable.required()))).toList());
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(TEMPLATES.ID), cells.get(TEMPLATES.EXTERNAL_ID), cells.get(TEMPLATES.KEY), cells.get(TEMPLATES.CHANNEL),
                cells.get(TEMPLATES.CATEGORY), cells.get(TEMPLATES.LANGUAGE), cells.get(TEMPLATES.SUBJECT), cells.get(TEMPLATES.BODY),
                cells.get(TEMPLATES.FORMAT), VARIABLES.read(cells.get(TEMPLATES.VARIABLES)), cells.get(TEMPLATES.STATE),
                cells.get(TEMPLATES.PUBLISHED_AT), cells.get(TEMPLATES.ARCHIVED_AT), cells.get(TEMPLATES.CREATED_AT),
                cells.get(TEMPLATES.UPDATED_AT), cells.get(TEMPLATES.VERSION));
    }
}
