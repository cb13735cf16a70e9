package org.guildhall.providers;

import static org.guildhall.schema.providers.Tables.INCIDENTS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The part of incidents that everybody may see: those with an explanation for owners, and their communication. */
final class PublicIncidentStore {

    /** @param updates the newest first, one more than shown if there are more */
    record Row(
            UUID id, String title, String state, String severity, String impact, String explanation, Instant openedAt,
            @Nullable Instant monitoringAt, @Nullable Instant resolvedAt, @Nullable Instant closedAt, List<Update> updates) {}

    record Update(String words, String audience, String channel, Instant sentAt) {}

    /** The filters of a list. @param state null for all */
    record Filter(@Nullable String state) {}

    /** The communications of an incident that are shown. */
    static final int UPDATES_MAX = 50;

    private static final JsonReader<List<Update>> READER = JsonReader.ofList(Update.class);
    private static final Field<JSONB> UPDATES = field("""
            (select coalesce(jsonb_agg(u order by u.sent_at desc, u.id desc), '[]')
            from (
                select e.id, e.words, e.audience, e.channel, e.sent_at from providers.incident_entries e
                where e.incident_id = {0} and e.kind = 'comms' and e.audience <> 'staff'
                order by e.sent_at desc, e.id desc limit %d) u)""".formatted(UPDATES_MAX + 1), SQLDataType.JSONB, INCIDENTS.ID).as(name("updates"));
    private static final List<Field<?>> COLUMNS = List.of(
            INCIDENTS.ID, INCIDENTS.TITLE, INCIDENTS.STATE, INCIDENTS.SEVERITY, INCIDENTS.IMPACT, INCIDENTS.OWNER_SAFE_EXPLANATION,
            INCIDENTS.OPENED_AT, INCIDENTS.MONITORING_AT, INCIDENTS.RESOLVED_AT, INCIDENTS.CLOSED_AT, UPDATES);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("opened_at", INCIDENTS.OPENED_AT),
            INCIDENTS.ID,
            by -> select(COLUMNS).from(INCIDENTS).where(INCIDENTS.OWNER_SAFE_EXPLANATION.isNotNull()).and(by.oneOf(INCIDENTS.STATE, Filter::state)),
            PublicIncidentStore::row);

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(INCIDENTS.ID), cells.get(INCIDENTS.TITLE), cells.get(INCIDENTS.STATE), cells.get(INCIDENTS.SEVERITY),
                cells.get(INCIDENTS.IMPACT), cells.get(INCIDENTS.OWNER_SAFE_EXPLANATION), cells.get(INCIDENTS.OPENED_AT),
                cells.get(INCIDENTS.MONITORING_AT), cells.get(INCIDENTS.RESOLVED_AT), cells.get(INCIDENTS.CLOSED_AT),
                READER.read(cells.get(UPDATES)));
    }
}
