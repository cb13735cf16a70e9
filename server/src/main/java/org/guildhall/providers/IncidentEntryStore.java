package org.guildhall.providers;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.providers.Tables.INCIDENT_ENTRIES;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.InsertSetMoreStep;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The timelines of incidents. Entries never change. */
final class IncidentEntryStore {

    record Row(
            UUID id, UUID incidentId, String kind, String words, @Nullable String audience, @Nullable String channel, @Nullable Instant sentAt,
            boolean automatic, Instant createdAt) {}

    /** The members of an entry. The last three are those of a communication, and null otherwise. */
    record Values(String kind, String words, @Nullable String audience, @Nullable String channel, @Nullable Instant sentAt) {

        /** An entry that isn't a communication. */
        static Values of(String kind, String words) {
            return new Values(kind, words, null, null, null);
        }
    }

    /** The filters of a list. @param kind null for all */
    record Filter(UUID incidentId, @Nullable String kind) {}

    private static final List<Field<?>> COLUMNS = List.of(
            INCIDENT_ENTRIES.ID, INCIDENT_ENTRIES.INCIDENT_ID, INCIDENT_ENTRIES.KIND, INCIDENT_ENTRIES.WORDS, INCIDENT_ENTRIES.AUDIENCE,
            INCIDENT_ENTRIES.CHANNEL, INCIDENT_ENTRIES.SENT_AT, INCIDENT_ENTRIES.AUTOMATIC, INCIDENT_ENTRIES.CREATED_AT);

    private static final PreparedQuery<Row> GET = PreparedQuery.of(
            select(COLUMNS)
                    .from(INCIDENT_ENTRIES)
                    .where(INCIDENT_ENTRIES.ID.eq(param(INCIDENT_ENTRIES.ID)))
                    .and(INCIDENT_ENTRIES.INCIDENT_ID.eq(param(INCIDENT_ENTRIES.INCIDENT_ID))),
            IncidentEntryStore::row);
    private static final PreparedQuery<Integer> COUNT = PreparedQuery.ofValue(
            selectCount().from(INCIDENT_ENTRIES).where(INCIDENT_ENTRIES.INCIDENT_ID.eq(param(INCIDENT_ENTRIES.INCIDENT_ID))));
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(insert().returningResult(COLUMNS), IncidentEntryStore::row);
    private static final PreparedUpdate INSERT_LATER = PreparedUpdate.of(insert());
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", INCIDENT_ENTRIES.CREATED_AT),
            INCIDENT_ENTRIES.ID,
            by -> select(COLUMNS)
                    .from(INCIDENT_ENTRIES)
                    .where(INCIDENT_ENTRIES.INCIDENT_ID.eq(by.value(SQLDataType.UUID, Filter::incidentId)))
                    .and(by.oneOf(INCIDENT_ENTRIES.KIND, Filter::kind)),
            IncidentEntryStore::row);

    private static InsertSetMoreStep<?> insert() {
        return insertInto(INCIDENT_ENTRIES)
                .set(INCIDENT_ENTRIES.INCIDENT_ID, param(INCIDENT_ENTRIES.INCIDENT_ID))
                .set(INCIDENT_ENTRIES.AUTOMATIC, param(INCIDENT_ENTRIES.AUTOMATIC))
                .set(INCIDENT_ENTRIES.KIND, param(INCIDENT_ENTRIES.KIND))
                .set(INCIDENT_ENTRIES.WORDS, param(INCIDENT_ENTRIES.WORDS))
                .set(INCIDENT_ENTRIES.AUDIENCE, param(INCIDENT_ENTRIES.AUDIENCE))
                .set(INCIDENT_ENTRIES.CHANNEL, param(INCIDENT_ENTRIES.CHANNEL))
                .set(INCIDENT_ENTRIES.SENT_AT, param(INCIDENT_ENTRIES.SENT_AT));
    }

    /** Inserts an entry of an operator. */
    Row insert(Tx tx, UUID incidentId, Values values) {
        return INSERT.single(tx, incidentId, false, values.kind(), values.words(), values.audience(), values.channel(), values.sentAt());
    }

    /** Inserts an entry with the transaction's next statement. */
    void insertLater(Tx tx, UUID incidentId, boolean automatic, Values values) {
        INSERT_LATER.later(tx, incidentId, automatic, values.kind(), values.words(), values.audience(), values.channel(), values.sentAt());
    }

    @Nullable Row get(Tx tx, UUID incidentId, UUID id) {
        return GET.one(tx, id, incidentId);
    }

    int count(Tx tx, UUID incidentId) {
        return COUNT.single(tx, incidentId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(INCIDENT_ENTRIES.ID), cells.get(INCIDENT_ENTRIES.INCIDENT_ID), cells.get(INCIDENT_ENTRIES.KIND),
                cells.get(INCIDENT_ENTRIES.WORDS), cells.get(INCIDENT_ENTRIES.AUDIENCE), cells.get(INCIDENT_ENTRIES.CHANNEL),
                cells.get(INCIDENT_ENTRIES.SENT_AT), cells.get(INCIDENT_ENTRIES.AUTOMATIC), cells.get(INCIDENT_ENTRIES.CREATED_AT));
    }
}
