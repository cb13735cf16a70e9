package org.guildhall.platform;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.platform.Tables.DOORS;
import static org.jooq.impl.DSL.inline;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedUpdate;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The doors of connections to payment providers: each maps a connection to its tenant, before the tenant is known. */
final class ConnectionDoorStore {

    private static final PreparedUpdate OPEN = PreparedUpdate.of(DSL.insertInto(DOORS)
            .set(DOORS.KIND, inline("connection"))
            .set(DOORS.KEY, param(DOORS.KEY))
            .set(DOORS.TENANT_ID, param(DOORS.TENANT_ID))
            .set(DOORS.TARGET_ID, param(DOORS.TARGET_ID)));
    private static final String TENANT = "select (select tenant_id from platform.doors where kind = 'connection' and key = ?), ?::int8";

    void open(Tx tx, UUID connectionId) {
        OPEN.later(tx, connectionId.toString(), tx.tenant(), connectionId);
    }

    @Nullable UUID tenantOf(Connection connection, UUID connectionId) throws SQLException {
        try (var statement = connection.prepareStatement(TENANT)) {
            long number = ThreadLocalRandom.current().nextLong();
            statement.setString(1, connectionId.toString());
            statement.setLong(2, number);
            try (var row = statement.executeQuery()) {
                Db.requireOwn(row, 2, number);
                return row.getObject(1, UUID.class);
            }
        }
    }
}
