package org.guildhall.platform;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.guildhall.core.auth.Caller.Limit;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.auth.Credentials;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.auth.Scopes;
import org.guildhall.core.data.Db;
import org.jspecify.annotations.Nullable;

/** Looks up credentials: first the door, which names the tenant, then the token and its limits under that tenant's policies. */
final class CredentialStore implements Credentials {

    // Both statements are sent together: the first finds the tenant and sets it, the second then sees that tenant's rows. The tenant's own row
    // belongs to the platform; the condition names it so that the index is used.
    private static final String FIND = """
            select set_config('app.tenant', (select tenant_id from platform.doors where kind = 'token' and key = ?)::text, true),
                   pg_sequence_last_value('platform.auth_revision'::regclass), platform.app_now(), ?::int8;
            select t.tenant_id, n.name, n.mode, n.state = 'suspended', c.id, c.name, c.acts_as, t.id, t.prefix, t.kind = 'publishable',
                   t.scopes, c.scopes, t.origins, s.ip_allow_list, t.expires_at, t.rate_limit, t.rate_window_seconds,
                   c.rate_limit, c.rate_window_seconds, s.rate_limit, s.rate_window_seconds, n.rate_limit_maximum,
                   n.rate_maximum_window_seconds, t.key_id, t.secret_hmac, t.revoked_at is not null or c.state = 'archived'
            from platform.tokens t
            join platform.consumers c on c.tenant_id = t.tenant_id and c.id = t.consumer_id
            join platform.settings s on s.tenant_id = t.tenant_id
            join platform.tenants n on n.tenant_id = '00000000-0000-7000-8000-000000000000' and n.id = t.tenant_id
            where t.prefix = ?""";
    private static final String LISTED = "select exists (select 1 from platform.doors where kind = 'origin' and key = ?), ?::int8";

    private final Db db;

    CredentialStore(Db db) {
        this.db = db;
    }

    @Override
    public @Nullable Stored find(String prefix) {
        return db.unguarded(connection -> find(connection, prefix));
    }

    /** True if any token lists the origin. */
    boolean listsOrigin(String origin) {
        return db.unguarded(connection -> {
            try (var statement = connection.prepareStatement(LISTED)) {
                long number = ThreadLocalRandom.current().nextLong();
                statement.setString(1, origin);
                statement.setLong(2, number);
                try (var row = statement.executeQuery()) {
                    Db.requireOwn(row, 2, number);
                    return row.getBoolean(1);
                }
            }
        });
    }

    private @Nullable Stored find(Connection connection, String prefix) throws SQLException {
        try (var statement = connection.prepareStatement(FIND)) {
            long number = ThreadLocalRandom.current().nextLong();
            statement.setString(1, prefix);
            statement.setLong(2, number);
            statement.setString(3, prefix);
            statement.execute();
            long revision;
            try (var first = statement.getResultSet()) {
                Db.requireOwn(first, 4, number);
                revision = first.getLong(2);
                db.clock().measured(first.getObject(3, OffsetDateTime.class).toInstant());
            }
            statement.getMoreResults();
            try (var row = statement.getResultSet()) {
                return row.next() ? stored(row, revision) : null;
            }
        }
    }

    private static Stored stored(ResultSet row, long revision) throws SQLException {
        var tenant = row.getObject(1, UUID.class);
        var consumer = row.getObject(5, UUID.class);
        var token = row.getObject(8, UUID.class);
        var limits = new ArrayList<Limit>(4);
        limit(limits, "token", "token:" + token, row, 16);
        limit(limits, "consumer", "consumer:" + consumer, row, 18);
        limit(limits, "tenant", "tenant:" + tenant, row, 20);
        // A bucket of its own. Otherwise a tenant could refill the maximum's bucket by changing its own limit.
        limit(limits, "tenant", "tenant_maximum:" + tenant, row, 22);
        var caller = new Caller(
                tenant, row.getString(2), row.getString(3), row.getBoolean(4), consumer, row.getString(6), row.getString(7), token,
                row.getString(9), row.getBoolean(10), effective(texts(row, 11), texts(row, 12)), new HashSet<>(texts(row, 13)),
                texts(row, 14).stream().map(IpRange::parse).toList(), instant(row, 15), List.copyOf(limits), revision);
        return new Stored(caller, row.getString(24), row.getBytes(25), row.getBoolean(26));
    }

    /** The scopes that token and consumer share: each scope of one side that the other side covers. */
    private static Set<String> effective(List<String> token, List<String> consumer) {
        var both = new HashSet<String>();
        token.stream().filter(scope -> Scopes.covers(Set.copyOf(consumer), scope)).forEach(both::add);
        consumer.stream().filter(scope -> Scopes.covers(Set.copyOf(token), scope)).forEach(both::add);
        return Set.copyOf(both);
    }

    private static void limit(List<Limit> limits, String policy, String bucket, ResultSet row, int column) throws SQLException {
        long limit = row.getLong(column);
        if (!row.wasNull()) {
            int windowSeconds = row.getInt(column + 1);
            // A changed limit gets a new, full bucket.
            limits.add(new Limit(policy, bucket + ":" + limit + "/" + windowSeconds, limit, windowSeconds));
        }
    }

    private static List<String> texts(ResultSet row, int column) throws SQLException {
        return Arrays.asList((String[]) row.getArray(column).getArray());
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        var value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }
}
