package org.guildhall.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The migration gives existing sites of every tenant the state history that can be derived from their rows. */
class SiteStatesTest {

    private static final String SCRIPT = "/db/migration/V20261121083000__site_states.sql";

    private static final String BEFORE_MIGRATION = """
            drop trigger sites_made on runtime.sites;
            drop trigger sites_state on runtime.sites;
            drop function runtime.sites_state();
            drop table runtime.site_states;
            drop index runtime.sites_since;
            drop index runtime.sites_of_integration_since;
            set session_replication_role = replica;
            insert into runtime.sites (tenant_id, organization_id, pool_id, integration_id, name, state, state_reason, created_at, activated_at, state_since)
            select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), v.name, v.state, v.reason,
                '2026-01-01T00:00:00Z'::timestamptz + v.made, '2026-01-01T00:00:00Z'::timestamptz + v.activated, '2026-01-01T00:00:00Z'::timestamptz + v.since
            from (values
                ('a', 'requested', null, interval '1 s', null, interval '1 s'),
                ('b', 'provisioning', null, interval '1 s', null, interval '2 s'),
                ('c', 'active', null, interval '1 s', interval '3 s', interval '3 s'),
                ('d', 'active', null, interval '1 s', interval '3 s', interval '9 s'),
                ('e', 'read_only', 'Why', interval '1 s', interval '3 s', interval '5 s'),
                ('f', 'removed', null, interval '1 s', null, interval '4 s')) v (name, state, reason, made, activated, since);
            set session_replication_role = origin""";

    private static final String STATES = """
            select s.name || ' ' || string_agg(t.state || coalesce(' (' || t.reason || ')', '') || ' ' || extract(second from t.starts_at)::int
                || '-' || coalesce(extract(second from t.ends_at)::int::text, ''), ', ' order by t.starts_at)
            from runtime.sites s join runtime.site_states t on (t.tenant_id, t.site_id) = (s.tenant_id, s.id)
            group by s.name order by s.name""";

    @Test
    void existingSites_getTheirKnownStates() throws SQLException, IOException {
        var database = new TestDatabase(SiteStatesTest.class);
        database.asSuperuser(BEFORE_MIGRATION);
        database.asSuperuser("begin; set local role guildhall_owner;" + script() + "; commit");
        assertEquals(List.of(
                "a requested 1-",
                "b requested 1-2, provisioning 2-",
                "c requested 1-3, active 3-",
                "d requested 1-3, active 3-9, active 9-",
                "e requested 1-3, active 3-5, read_only (Why) 5-",
                "f requested 1-4, removed 4-"), database.asSuperuser(STATES));
        assertEquals(List.of("t"), database.asSuperuser("select relforcerowsecurity from pg_class where oid = 'runtime.sites'::regclass"));
    }

    private static String script() throws IOException {
        try (var script = SiteStatesTest.class.getResourceAsStream(SCRIPT)) {
            return new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
