package org.guildhall;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.PgProxy;
import org.guildhall.core.data.Tx;

/**
 * A server whose database has nearly a million rows, and in which each statement gets its generic plan, as a prepared statement does. The
 * plan of each statement is known with what it read.
 */
public final class LargeTenants {

    private static final String DATABASE = "guildhall_large";
    private static final String SETTINGS = """
            alter database %1$s set session_preload_libraries = 'auto_explain';
            alter database %1$s set auto_explain.log_min_duration = 0;
            alter database %1$s set auto_explain.log_analyze = on;
            alter database %1$s set auto_explain.log_timing = off;
            alter database %1$s set auto_explain.log_buffers = on;
            alter database %1$s set auto_explain.log_format = json;
            alter database %1$s set auto_explain.log_level = notice;
            alter database %1$s set plan_cache_mode = force_generic_plan;
            """.formatted(DATABASE);
    private static final LargeTenants SHARED = new LargeTenants();

    private final ConcurrentLinkedQueue<String> notices = new ConcurrentLinkedQueue<>();
    private final TestServer node;
    private final TestServer.Tenant tenant;
    private final TestServer.Tenant small;
    private final Db db;

    /**
     * A statement that was executed.
     *
     * @param pages the pages that it read, in memory or not
     * @param plan its plan as JSON
     */
    public record Executed(String text, long pages, JsonNode plan) {

        @Override
        public String toString() {
            return pages + " pages: " + text + "\n" + plan.toPrettyString();
        }
    }

    private LargeTenants() {
        node = TestServer.open(DATABASE, settings -> {
            fill();
            try {
                return TestServer.reached(settings, new PgProxy(settings.database(), this::note).through());
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
        try (var connection = node.superuser();
                var statement = connection.createStatement();
                var row = statement.executeQuery("select id from platform.tenants where name in ('Large 1', 'Large 3') order by name")) {
            row.next();
            tenant = new TestServer.Tenant(node, row.getObject(1, UUID.class));
            row.next();
            small = new TestServer.Tenant(node, row.getObject(1, UUID.class));
            db = new Db(new PgProxy(node.settings().database(), this::note).through());
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public static LargeTenants shared() {
        return SHARED;
    }

    private static void fill() {
        try (var script = Objects.requireNonNull(LargeTenants.class.getResourceAsStream("core/sql/large_tenants.sql"));
                var connection = TestServer.superuser(DATABASE);
                var statement = connection.createStatement()) {
            for (int number = 1; number <= 3; number++) {
                statement.execute("""
                        with made as (
                            insert into platform.tenants (tenant_id, id, name, mode) values ('%s', gen_random_uuid(), 'Large %d', 'test') returning id)
                        insert into platform.settings (tenant_id, rate_limit) select id, 100000 from made""".formatted(Db.PLATFORM, number));
            }
            statement.execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
            // As PostgreSQL does by itself after a while: then an index alone answers a count.
            statement.execute("vacuum");
            statement.execute(SETTINGS);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void note(String notice) {
        if (notice.contains("plan:")) {
            notices.add(notice);
        }
    }

    /** The tenant with most of the rows. */
    public TestServer.Tenant tenant() {
        return tenant;
    }

    /** The tenant with fewest rows. */
    public TestServer.Tenant small() {
        return small;
    }

    /** The id of a row by the number of its kind in the script; the first one of each kind has most children. */
    public static UUID id(int kind, long number) {
        return UUID.fromString("%08x-0000-7000-8000-%012x".formatted(kind, number));
    }

    /** The public form of {@link #id(int, long)}. */
    public static String id(String prefix, int kind, long number) {
        return TypeIds.format(prefix, id(kind, number));
    }

    /** The statements of a read of the tenant. */
    public List<Executed> reading(Function<Tx, ?> work) {
        return during(() -> db.read(tenant.id(), Db.ANY_REVISION, work));
    }

    /** The statements of a change of the tenant. */
    public List<Executed> changing(Function<Tx, ?> work) {
        return during(() -> db.upkeep(tenant.id(), work));
    }

    /** The statements that are executed while something runs. Nothing else may use the server. */
    public List<Executed> during(Runnable work) {
        notices.clear();
        work.run();
        var executed = new ArrayList<Executed>();
        for (var notice : notices) {
            executed.add(executed(notice));
        }
        return executed;
    }

    private static Executed executed(String notice) {
        try {
            var json = Http.JSON.readTree(notice.substring(notice.indexOf('{', notice.indexOf("plan:"))));
            var root = json.get("Plan");
            return new Executed(json.path("Query Text").asText(), root.path("Shared Hit Blocks").asLong() + root.path("Shared Read Blocks").asLong(), root);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
