package org.guildhall.smoke.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.model.Product;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.ProductLifecycleStatus;
import org.guildhall.api.model.ProductType;
import org.guildhall.api.model.ProviderReferences;
import org.guildhall.api.model.TrialEligibility;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.DbConfig;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * The baselines of the benchmark: handlers on the same Javalin with a similar pool, without anything of the pipeline: no token, limit,
 * tenant, policy, validation or access log.
 */
final class Baselines implements AutoCloseable {

    private static final byte[] CONSTANT = "{\"status\":\"ok\"}".getBytes(StandardCharsets.UTF_8);
    private static final String COLUMNS =
            "id, external_id, name, description, product_type, lifecycle_status, metadata, published_at, retired_at, created_at, updated_at, version";
    private static final String SELECT = "select " + COLUMNS + " from catalog.products where tenant_id = ? and id = ?";
    private static final String EFFECT = "insert into catalog.products (tenant_id, name, description, product_type, metadata) values (?, ?, ?, ?, ?::jsonb)"
            + " returning " + COLUMNS;
    private static final String KEY = """
            insert into platform.idempotency_keys
              (tenant_id, key_hmac, consumer_id, request_hash, operation, status, reply, headers, entity_type, entity_id, request_id)
            values (?, ?, ?, ?, 'createProduct', 201, ?, 'Content-Type: application/json', 'product', ?, ?)""";
    private static final String EVENT = """
            insert into platform.audit_events (tenant_id, id, actor_type, actor_id, token_id, operation, status, action, category, entity_type, entity_id,
              request_id, trace_id, key_hmac)
            values (?, ?, 'operator', ?, ?, 'createProduct', 201, 'product.created', 'billing', 'product', ?, ?, ?, ?)""";
    private static final String ENTITY = """
            insert into platform.audit_entities (tenant_id, event_id, position, entity_type, entity_id, after, salt, after_digest)
            values (?, ?, 0, 'product', ?, ?, ?, ?)""";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final UUID ACTOR = UUID.fromString("0193a3c0-0000-7000-8000-00000000000c");
    private static final byte[] HASH = new byte[32];
    private static final SecureRandom RANDOM = new SecureRandom();

    private final HikariDataSource pool;
    private final RuntimeBaselines runtime;
    private final BookingBaseline bookings;

    /** @param server the server's database settings; the baselines only use another role */
    Baselines(DbConfig server) {
        this.pool = Db.pool(new DbConfig(server.url(), BenchData.ROLE, "", server.poolSize(), server.poolWait()));
        this.runtime = new RuntimeBaselines(pool);
        this.bookings = new BookingBaseline(pool);
    }

    void bind(RoutesConfig routes) {
        routes.get("/baseline/constant", context -> answer(context, 200, CONSTANT));
        routes.get("/baseline/products/{id}", this::select);
        routes.post("/baseline/products", this::create);
        runtime.bind(routes);
        bookings.bind(routes);
    }

    private void select(Context context) throws SQLException {
        try (var connection = pool.getConnection(); var statement = connection.prepareStatement(SELECT)) {
            statement.setObject(1, BenchData.LIBRARY);
            statement.setObject(2, ProductId.parse(context.pathParam("id")).value());
            try (var row = statement.executeQuery()) {
                row.next();
                answer(context, 200, Json.bytes(product(row)));
            }
        }
    }

    private void create(Context context) throws SQLException {
        var requestId = context.header("Idempotency-Key");
        var key = new byte[32];
        RANDOM.nextBytes(key);
        byte[] reply;
        try (var connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            var product = effect(connection);
            reply = Json.bytes(product);
            var id = product.id().value();
            key(connection, key, reply, id, requestId);
            event(connection, id, requestId, key, reply);
            connection.commit();
        }
        answer(context, 201, reply);
    }

    private static Product effect(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(EFFECT)) {
            statement.setObject(1, BenchData.WORKSHOP);
            statement.setString(2, "Kettlebell course");
            statement.setString(3, "Six evenings in small groups");
            statement.setString(4, "one_time");
            statement.setString(5, "{\"audience\": \"members\"}");
            try (var row = statement.executeQuery()) {
                row.next();
                return product(row);
            }
        }
    }

    private static void key(Connection connection, byte[] key, byte[] reply, UUID id, @Nullable String requestId) throws SQLException {
        try (var statement = connection.prepareStatement(KEY)) {
            statement.setObject(1, BenchData.WORKSHOP);
            statement.setBytes(2, key);
            statement.setObject(3, ACTOR);
            statement.setBytes(4, HASH);
            statement.setBytes(5, reply);
            statement.setObject(6, id);
            statement.setString(7, requestId);
            statement.executeUpdate();
        }
    }

    private static void event(Connection connection, UUID id, @Nullable String requestId, byte[] key, byte[] reply) throws SQLException {
        var event = org.guildhall.core.data.Ids.next();
        try (var statement = connection.prepareStatement(EVENT)) {
            statement.setObject(1, BenchData.WORKSHOP);
            statement.setObject(2, event);
            statement.setObject(3, ACTOR);
            statement.setObject(4, ACTOR);
            statement.setObject(5, id);
            statement.setString(6, requestId);
            statement.setString(7, TRACE);
            statement.setBytes(8, key);
            statement.executeUpdate();
        }
        try (var statement = connection.prepareStatement(ENTITY)) {
            statement.setObject(1, BenchData.WORKSHOP);
            statement.setObject(2, event);
            statement.setObject(3, id);
            statement.setString(4, new String(reply, StandardCharsets.UTF_8));
            statement.setBytes(5, HASH);
            statement.setBytes(6, HASH);
            statement.executeUpdate();
        }
    }

    private static Product product(ResultSet row) throws SQLException {
        return new Product(
                new ProductId(row.getObject(1, UUID.class)), row.getString(2), row.getString(3), row.getString(4),
                ProductType.fromValue(row.getString(5)), null, ProductLifecycleStatus.fromValue(row.getString(6)), null,
                new ProviderReferences(null, null, null), metadata(row.getString(7)), TrialEligibility.UNLIMITED, instant(row, 8), instant(row, 9), present(row, 10),
                present(row, 11), row.getLong(12));
    }

    private static Map<String, String> metadata(String json) {
        try {
            return Json.WIRE.readerForMapOf(String.class).readValue(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        var value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    private static Instant present(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static void answer(Context context, int status, byte[] body) {
        context.status(status).contentType("application/json").result(body);
    }

    @Override
    public void close() {
        pool.close();
    }
}
