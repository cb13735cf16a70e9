package org.guildhall.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.LargeTenants;
import org.guildhall.core.data.Tx;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

/**
 * Rows that are looked up by their ids are found by the key of their table under the generic plan, in tables of all sizes: no index that leads
 * with the tenant is read from end to end. The rooms of billing and providers have no rows in this database.
 */
class LookUpPlansTest {

    /** Three descents of an index and three rows, or all entries of an index of some thousand rows. */
    private static final int PAGES_MAX = 50;
    private static final int IDS = 3;

    private final LargeTenants large = LargeTenants.shared();

    private record Table(String name, List<String> ids) {}

    /** The tables of objects, each with some ids of the tenant. */
    private static List<Table> tables(Tx tx) {
        var tables = new ArrayList<Table>();
        for (var name : tx.sql().fetch("""
                select i.indrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
                where i.indisprimary and n.nspname in ('platform', 'tasks', 'providers', 'catalog', 'runtime', 'billing', 'schedule')
                  and (select array_agg(a.attname::text order by k.at) from unnest(i.indkey::int2[]) with ordinality k (number, at)
                       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number) = array['tenant_id', 'id']
                  and has_table_privilege(i.indrelid, 'select')
                order by 1""").getValues(0, String.class)) {
            var ids = tx.sql().fetch("select id::text from " + name + " limit " + IDS).getValues(0, String.class);
            if (ids.size() == IDS) {
                tables.add(new Table(name, ids));
            }
        }
        return tables;
    }

    @Test
    void ids_areFoundByTheKey() {
        var tables = new ArrayList<Table>();
        large.reading(tx -> tables.addAll(tables(tx)));
        assertTrue(tables.size() > 30, "tables with rows: " + tables.size());
        var offenders = new ArrayList<String>();
        for (var table : tables) {
            var executed = large.reading(tx -> tx.sql().fetch("select * from " + table.name() + " where id = any(cast({0} as uuid[]))",
                    DSL.val("{" + String.join(",", table.ids()) + "}")));
            executed.stream().filter(one -> one.text().contains(table.name()) && one.pages() > PAGES_MAX).forEach(one -> offenders.add(one.toString()));
        }
        assertEquals("", String.join("\n", offenders));
    }
}
