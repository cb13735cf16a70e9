package org.guildhall.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Each index has a use, which {@code indexes.txt} names: a query, a constraint, or the check of a foreign key when a referenced row changes.
 * A new index is entered there. Indexes of primary keys, unique and exclusion constraints aren't listed, since the constraint is their use.
 */
class IndexesTest {

    private static List<String> entries() throws IOException {
        try (var in = Objects.requireNonNull(IndexesTest.class.getResourceAsStream("indexes.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void indexes_allHaveAUse() throws SQLException, IOException {
        var listed = entries();
        listed.forEach(entry -> assertTrue(entry.matches("[a-z]+\\.[a-z_]+: \\S.*"), entry));
        assertEquals(String.join("\n", listed.stream().map(entry -> entry.substring(0, entry.indexOf(':'))).toList()),
                String.join("\n", new TestDatabase(IndexesTest.class).asSuperuser("""
                        select (n.nspname || '.' || c.relname) collate "C"
                        from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
                        where n.nspowner = 'guildhall_owner'::regrole and n.nspname <> 'guildhall_migrations'
                          and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
                        order by 1""")));
    }
}
