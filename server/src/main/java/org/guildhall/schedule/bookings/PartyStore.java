package org.guildhall.schedule.bookings;

import static org.guildhall.core.sql.Columns.assigned;
import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.schedule.Tables.PARTIES;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.Field;
import org.jooq.Records;
import org.jspecify.annotations.Nullable;

/** Parties. Their persons are bookings. */
final class PartyStore {

    /** A stored party. @param mode all_or_nothing or as_many_as_fit */
    record Row(UUID id, UUID sessionId, String mode, Instant createdAt) {}

    private static final List<Field<?>> COLUMNS = List.of(PARTIES.ID, PARTIES.SESSION_ID, PARTIES.MODE, PARTIES.CREATED_AT);
    private static final PreparedQuery<Row> GET = PreparedQuery.mapped(
            select(PARTIES.ID, PARTIES.SESSION_ID, PARTIES.MODE, PARTIES.CREATED_AT).from(PARTIES).where(PARTIES.ID.eq(param(PARTIES.ID))),
            Records.mapping(Row::new));
    private static final PreparedQuery<UUID> INSERT = PreparedQuery.ofValue(
            insertInto(PARTIES).set(assigned(COLUMNS.toArray(Field[]::new))).returningResult(PARTIES.ID));

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    void insert(Tx tx, Row party) {
        INSERT.single(tx, party.id(), party.sessionId(), party.mode(), party.createdAt());
    }
}
