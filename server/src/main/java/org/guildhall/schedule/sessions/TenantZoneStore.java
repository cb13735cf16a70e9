package org.guildhall.schedule.sessions;

import static org.guildhall.schema.platform.Tables.SCHEDULE_SETTINGS;
import static org.jooq.impl.DSL.select;

import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;

/** The tenant's time zone, for sessions whose location has none. */
public final class TenantZoneStore {

    private static final PreparedQuery<String> ZONE = PreparedQuery.ofValue(select(SCHEDULE_SETTINGS.TIME_ZONE).from(SCHEDULE_SETTINGS));

    public String get(Tx tx) {
        return ZONE.single(tx);
    }
}
