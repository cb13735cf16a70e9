package org.guildhall.core.http;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.guildhall.TestServer;
import org.guildhall.api.Operation;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.sql.PageRequest.Position;

/** Cursors in the middle of lists, which nobody has to page to. */
public final class DeepCursors {

    private DeepCursors() {}

    /** The cursor of a list without filters behind a value of its sort order. */
    public static String behind(UUID tenant, Operation list, String path, String sort, String value) {
        var binding = tenant + "\n" + list.id() + "\n" + path + "\n" + sort + "\n{}";
        return new Cursors(Keys.parse(TestServer.KEYS)).write(new Position(value, new UUID(0, 0)), binding.getBytes(StandardCharsets.UTF_8));
    }
}
