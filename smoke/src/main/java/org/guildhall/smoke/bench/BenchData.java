package org.guildhall.smoke.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.TypeIds;
import org.guildhall.core.auth.ApiToken;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;

/** The benchmark's database: one tenant with a long list to read, one to create products in, and one with organizations. */
final class BenchData {

    static final String DATABASE = "guildhall_bench";

    /** The role of the baselines, which bypasses row-level security. */
    static final String ROLE = "guildhall_bench";

    /** A key for this database only, which is deleted afterwards. */
    static final String KEYS = "bench:a-secret-of-the-bench-that-guards-nothing";

    static final UUID LIBRARY = UUID.fromString("0193a3c0-0000-7000-8000-00000000000a");
    static final UUID WORKSHOP = UUID.fromString("0193a3c0-0000-7000-8000-00000000000b");
    static final UUID CLUB = UUID.fromString("0193a3c0-0000-7000-8000-00000000000d");

    /** The products of the default size. */
    static final int PRODUCTS = 100_000;

    private static final String SCOPES = String.join(",",
            "billing:connections:write", "catalog:read", "catalog:write", "overview:read", "runtime:entitlements:read", "runtime:grants:read", "runtime:grants:write",
            "runtime:organizations:read", "runtime:organizations:write", "runtime:persons:read", "runtime:persons:write", "runtime:sites:write",
            "runtime:usage:write", "schedule:bookings:write", "schedule:sessions:write");

    private static final int IDS = 10_000;
    private static final int TRAIL = 5_000;
    private static final long REQUESTS_PER_SECOND = 1_000_000;

    /** An organization with its pool. */
    record Organization(UUID id, UUID poolId) {

        /** The id in the API. */
        String wireId() {
            return TypeIds.format("org", id);
        }

        /** Both ids in the paths of baselines. */
        String path() {
            return id + "/" + poolId;
        }
    }

    private final Connection connection;
    private final int scale;

    /**
     * @param connection a superuser's connection
     * @param scale the multiple of the default size
     */
    BenchData(Connection connection, int scale) {
        this.connection = connection;
        this.scale = scale;
    }

    /** Creates the tenants and the products, and analyzes the tables. */
    void fill() throws SQLException {
        execute("create role " + ROLE + " login bypassrls");
        execute("grant connect on database " + DATABASE + " to " + ROLE);
        for (var schema : List.of("platform", "catalog", "runtime", "schedule")) {
            execute("grant usage on schema " + schema + " to " + ROLE);
            execute("grant select, insert, update on all tables in schema " + schema + " to " + ROLE);
            execute("grant usage on all sequences in schema " + schema + " to " + ROLE);
        }
        tenant(LIBRARY, "Library");
        tenant(WORKSHOP, "Workshop");
        tenant(CLUB, "Club");
        execute("""
                insert into catalog.products (tenant_id, name, description, product_type, provider_references, metadata, created_at, updated_at)
                select '%1$s', 'Membership ' || n, 'A membership like many others, for people of the ' || n || 'th street', 'addon',
                       jsonb_build_object('stripe', 'prod_' || n), jsonb_build_object('audience', 'members', 'street', n::text), at, at
                from generate_series(1, %2$d) as n, lateral (select timestamptz '2026-01-01 00:00:00Z' + n * interval '7 seconds' as at) as moment"""
                .formatted(LIBRARY, PRODUCTS * scale));
        trail();
        settle();
    }

    /** Copies the organization that the API created, with its persons, up to this number, and analyzes the tables. */
    void copyOrganizations(int organizations) throws SQLException {
        new OrganizationCopies(connection, CLUB).add(organizations - 1);
        settle();
    }

    /** Copies one delivery of a webhook this often, so that the club has a long history of them, and analyzes the tables. */
    void copyDeliveries(int copies) throws SQLException {
        execute("""
                with sample as (select * from billing.webhook_deliveries where tenant_id = '%1$s' limit 1),
                copies as (select n, gen_random_uuid() as id, gen_random_uuid() as payload_id from generate_series(1, %2$d) as n),
                payloads as (
                  insert into billing.webhook_payloads (tenant_id, id, connection_id, hash, bytes, body, created_at)
                  select p.tenant_id, c.payload_id, p.connection_id, 'copy ' || c.n, p.bytes, p.body, p.created_at
                  from copies c, sample s join billing.webhook_payloads p on p.tenant_id = s.tenant_id and p.id = s.payload_id)
                insert into billing.webhook_deliveries
                select copy.*
                from copies c, sample s, jsonb_populate_record(null::billing.webhook_deliveries, to_jsonb(s) || jsonb_build_object('id', c.id, 'payload_id', c.payload_id,
                  'event_reference', 'evt_copy_' || c.n, 'object_reference', 'cus_copy_' || c.n,
                  'created_at', s.created_at - c.n * interval '7 seconds', 'received_at', s.created_at - c.n * interval '7 seconds')) as copy""".formatted(CLUB, copies));
        settle();
    }

    private void settle() throws SQLException {
        execute("vacuum analyze");
        execute("checkpoint");
    }

    /**
     * Adds some creations with their audit rows. Statements planned on an empty table use a sequential scan until PostgreSQL next analyzes the
     * table, which would be during the benchmark.
     */
    private void trail() throws SQLException {
        execute("""
                with made as (
                  insert into catalog.products (tenant_id, name, product_type) select '%1$s', 'Course ' || n, 'one_time' from generate_series(1, %2$d) as n
                  returning tenant_id, id),
                keys as (
                  insert into platform.idempotency_keys
                    (tenant_id, key_hmac, consumer_id, request_hash, operation, status, reply, headers, entity_type, entity_id, request_id)
                  select tenant_id, sha256(id::text::bytea), tenant_id, '\\x00', 'createProduct', 201, '{}', '', 'product', id, 'req_stock' from made),
                events as (
                  insert into platform.audit_events (tenant_id, id, actor_type, actor_id, operation, status, action, category, entity_type, entity_id,
                    request_id, trace_id)
                  select tenant_id, id, 'operator', tenant_id, 'createProduct', 201, 'product.created', 'billing', 'product', id,
                    'req_' || id, '4bf92f3577b34da6a3ce929d0e0e4736' from made
                  returning tenant_id, id)
                insert into platform.audit_entities (tenant_id, event_id, position, entity_type, entity_id, after, salt, after_digest)
                select tenant_id, id, 0, 'product', id, '{}', '\\x00', '\\x00' from events"""
                .formatted(WORKSHOP, TRAIL));
    }

    private void tenant(UUID id, String name) throws SQLException {
        execute("insert into platform.tenants (tenant_id, id, name, mode) values ('%s', '%s', '%s', 'live')".formatted(Db.PLATFORM, id, name));
        // A limit that every request spends from and that never refuses.
        execute("insert into platform.settings (tenant_id, rate_limit) values ('%s', %d)".formatted(id, REQUESTS_PER_SECOND));
    }

    /** A token for all that the benchmark does in a tenant. */
    String token(UUID tenant) throws SQLException {
        var keys = Keys.parse(KEYS);
        var token = ApiToken.issue(ApiToken.Mark.LIVE);
        var consumer = UUID.randomUUID();
        var id = UUID.randomUUID();
        execute("""
                insert into platform.consumers (tenant_id, id, name, owner_name, contact_email, scopes)
                values ('%s', '%s', 'Bench', 'Bench', 'bench@guildhall.invalid', '{%s}')""".formatted(tenant, consumer, SCOPES));
        try (var statement = connection.prepareStatement("""
                insert into platform.tokens (tenant_id, id, consumer_id, name, kind, prefix, secret_hmac, key_id, scopes)
                values (?, ?, ?, 'Bench', 'secret', ?, ?, ?, string_to_array(?, ','))""")) {
            statement.setObject(1, tenant);
            statement.setObject(2, id);
            statement.setObject(3, consumer);
            statement.setString(4, token.prefix());
            statement.setBytes(5, token.hmac(keys));
            statement.setString(6, keys.current());
            statement.setString(7, SCOPES);
            statement.execute();
        }
        execute("insert into platform.doors (kind, key, tenant_id, target_id) values ('token', '%s', '%s', '%s')".formatted(token.prefix(), tenant, id));
        return token.clear();
    }

    /** Ids of products from the whole list, to be read one by one. */
    List<String> productIds() throws SQLException {
        return ids("prd", "select id from catalog.products where tenant_id = '%s' order by md5(id::text) limit %d".formatted(LIBRARY, IDS));
    }

    private List<String> ids(String prefix, String query) throws SQLException {
        var ids = new ArrayList<String>();
        try (var statement = connection.createStatement(); var rows = statement.executeQuery(query)) {
            while (rows.next()) {
                ids.add(TypeIds.format(prefix, rows.getObject(1, UUID.class)));
            }
        }
        return ids;
    }

    /** The organizations that are like the sample, in no order. */
    List<Organization> organizations() throws SQLException {
        return organizations("exists");
    }

    /** The personal organizations of their other members, in no order. They have the default plan only. */
    List<Organization> personalOrganizations() throws SQLException {
        return organizations("not exists");
    }

    /** The ids of the club's persons, in no order. */
    List<String> persons() throws SQLException {
        return ids("per", "select id from runtime.persons where tenant_id = '%s' order by md5(id::text)".formatted(CLUB));
    }

    private List<Organization> organizations(String sites) throws SQLException {
        var found = new ArrayList<Organization>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        select p.organization_id, p.id from runtime.pools p
                        where p.tenant_id = '%s' and %s (select from runtime.sites s where s.tenant_id = p.tenant_id and s.organization_id = p.organization_id)
                        order by md5(p.id::text)""".formatted(CLUB, sites))) {
            while (rows.next()) {
                found.add(new Organization(rows.getObject(1, UUID.class), rows.getObject(2, UUID.class)));
            }
        }
        return found;
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
