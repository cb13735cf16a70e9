package org.guildhall;

import static io.restassured.RestAssured.given;

import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.guildhall.api.Scopes;
import org.guildhall.billing.BillingModule.ProviderUrls;
import org.guildhall.billing.GoCardlessStandIn;
import org.guildhall.billing.PaystackStandIn;
import org.guildhall.billing.StripeStandIn;
import org.guildhall.core.auth.ApiToken;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.DbConfig;
import org.guildhall.migrations.Embedded;
import org.guildhall.migrations.Roles;
import org.guildhall.platform.TestTokens;

/**
 * The environment of tests: one PostgreSQL and one server for the whole run, and a new tenant for each test. A test that needs a
 * second node or its own database starts it.
 */
public final class TestServer implements AutoCloseable {

    public static final String KEYS = "test:0123456789abcdef0123456789abcdef";

    /** REST Assured's own defaults add a character set to every media type that it doesn't know. */
    private static final RestAssuredConfig CONFIG = RestAssuredConfig.config()
            .encoderConfig(EncoderConfig.encoderConfig()
                    .defaultContentCharset("UTF-8")
                    .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                    .encodeContentTypeAs("application/merge-patch+json", ContentType.TEXT));

    private static final Embedded POSTGRES = Embedded.throwaway();
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final List<TestServer> OPEN = new CopyOnWriteArrayList<>();
    private static final TestServer SHARED = open("guildhall_test");

    private final String database;
    private final App app;
    private final Db db;
    private final boolean scheduled;

    private TestServer(String database, Config settings) {
        this.database = database;
        this.app = App.start(settings);
        this.db = new Db(config(database).database());
        this.scheduled = settings.scheduler();
        OPEN.add(this);
    }

    /** The server that all tests share. */
    public static TestServer shared() {
        return SHARED;
    }

    /** Another node on the shared server's database, which all tests share too. */
    public static TestServer second() {
        return Second.NODE;
    }

    private static final class Second {
        // The first caller starts the node, and must be a platform thread: waiting virtual threads hold the carriers that the node needs.
        static final TestServer NODE = SHARED.node();
    }

    /** A server on a fresh database of its own; the caller closes it. */
    public static TestServer fresh() {
        return open("guildhall_test_" + COUNT.incrementAndGet());
    }

    /** A server on its own database without scheduled jobs, shared by all tests that run jobs by hand. */
    public static TestServer withoutScheduler() {
        return WithoutScheduler.NODE;
    }

    private static final class WithoutScheduler {
        static final TestServer NODE = open("guildhall_unscheduled", settings -> reached(settings, settings.database()));
    }

    /** A server without scheduled jobs on a fresh database of its own; the caller closes it. */
    public static TestServer freshWithoutScheduler() {
        return open("guildhall_unscheduled_" + COUNT.incrementAndGet(), settings -> reached(settings, settings.database()));
    }

    /** A server on its own database that connects to mail servers of this machine, shared by all tests that send messages. */
    public static TestServer sending() {
        return Sending.NODE;
    }

    /** Such a server on a fresh database of its own; the caller closes it. */
    public static TestServer freshSending() {
        return open("guildhall_sending_" + COUNT.incrementAndGet(), TestServer::localTargets);
    }

    private static final class Sending {
        static final TestServer NODE = open("guildhall_sending", TestServer::localTargets);
    }

    /** These settings with this machine as an allowed target. */
    public static Config localTargets(Config settings) {
        return new Config(settings.database(), settings.host(), settings.port(), settings.publicUrl(), settings.keys(), settings.corsOrigins(),
                settings.trustedProxies(), settings.scheduler(), List.of(IpRange.parse("127.0.0.1")), settings.providerUrls());
    }

    /** One more node on this server's database; the caller closes it. */
    public TestServer node() {
        return node(settings -> settings);
    }

    /** One more node on this server's database, with other settings; the caller closes it. */
    public TestServer node(UnaryOperator<Config> settings) {
        return new TestServer(database, settings.apply(config(database)));
    }

    /** All open nodes on this server's database. */
    List<TestServer> nodes() {
        return OPEN.stream().filter(node -> node.database.equals(database)).toList();
    }

    /** True if this node runs scheduled jobs. */
    boolean isScheduled() {
        return scheduled;
    }

    private static TestServer open(String name) {
        return open(name, settings -> settings);
    }

    /** A server on a fresh database of this name. @param settings called when the database exists and before the server starts */
    static TestServer open(String name, UnaryOperator<Config> settings) {
        try {
            POSTGRES.database(name);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return new TestServer(name, settings.apply(config(name)));
    }

    private static Config config(String database) {
        return new Config(
                new DbConfig(POSTGRES.url(database), Roles.APP, "", 16, Duration.ofSeconds(2)),
                "127.0.0.1", 0, "http://localhost", Keys.parse(KEYS), Set.of("https://console.example"), List.of(), true, List.of(),
                new ProviderUrls(StripeStandIn.shared().url(), GoCardlessStandIn.shared().url(), PaystackStandIn.shared().url()));
    }

    /** The address of this node. */
    public String url() {
        return "http://127.0.0.1:" + app.port();
    }

    public Db db() {
        return db;
    }

    /** These settings with other keys. */
    public static Config keyed(Config settings, String keys) {
        return new Config(settings.database(), settings.host(), settings.port(), settings.publicUrl(), Keys.parse(keys), settings.corsOrigins(),
                settings.trustedProxies(), settings.scheduler(), settings.allowedTargets(), settings.providerUrls());
    }

    /** These settings with another database address, and without scheduled work. */
    public static Config reached(Config settings, DbConfig database) {
        return new Config(database, settings.host(), settings.port(), settings.publicUrl(), settings.keys(), settings.corsOrigins(),
                settings.trustedProxies(), false, settings.allowedTargets(), settings.providerUrls());
    }

    /** The settings of this server, except its port. */
    public Config settings() {
        return config(database);
    }

    /** Requests without a token, each answer checked against the document. */
    public RequestSpecification anonymous() {
        return given().config(CONFIG).baseUri(url()).urlEncodingEnabled(false).filter(SpecFilter.INSTANCE);
    }

    /** A connection that bypasses every policy. */
    public java.sql.Connection superuser() throws SQLException {
        return superuser(database);
    }

    static java.sql.Connection superuser(String database) throws SQLException {
        return POSTGRES.superuser(database);
    }

    /** A new tenant with nothing in it. */
    public Tenant tenant() {
        return tenant("Test " + COUNT.incrementAndGet());
    }

    public Tenant tenant(String name) {
        return tenant(name, "test");
    }

    /** A new tenant whose messages leave the server. */
    public Tenant liveTenant() {
        return tenant("Live " + COUNT.incrementAndGet(), "live");
    }

    private Tenant tenant(String name, String mode) {
        var id = UUID.randomUUID();
        try (var connection = superuser();
                var statement = connection.prepareStatement("insert into platform.tenants (tenant_id, id, name, mode) values (?, ?, ?, ?)");
                var settings = connection.prepareStatement("insert into platform.settings (tenant_id, rate_limit) values (?, 100000)")) {
            statement.setObject(1, Db.PLATFORM);
            statement.setObject(2, id);
            statement.setString(3, name);
            statement.setString(4, mode);
            statement.execute();
            settings.setObject(1, id);
            settings.execute();
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return new Tenant(this, id);
    }

    /** The platform's own tenant. */
    public Tenant platform() {
        return new Tenant(this, Db.PLATFORM);
    }

    @Override
    public void close() {
        OPEN.remove(this);
        db.close();
        app.close();
    }

    /** A tenant of a test. */
    public record Tenant(TestServer server, UUID id) {

        /** A token with exactly these scopes; without arguments, with all scopes that a tenant can have. */
        public String token(String... scopes) {
            boolean platform = id.equals(Db.PLATFORM);
            var all = Scopes.ALL.stream().filter(scope -> platform || !scope.startsWith("platform:tenants:")).toList();
            return TestTokens.create(server.db, Keys.parse(KEYS), id, platform ? ApiToken.Mark.LIVE : ApiToken.Mark.TEST,
                    scopes.length == 0 ? all : List.of(scopes));
        }

        /** A token with all scopes and its own rate limit. */
        public String limited(long requests, int windowSeconds) throws SQLException {
            var token = token();
            sql("update platform.tokens set rate_limit = ?, rate_window_seconds = ? where prefix = ?", requests, windowSeconds, prefix(token));
            return token;
        }

        /** A token for pages of these origins. */
        public String publishable(List<String> origins, String... scopes) throws SQLException {
            var token = TestTokens.create(server.db, Keys.parse(KEYS), id, ApiToken.Mark.PUBLISHABLE, List.of(scopes));
            sql("update platform.tokens set kind = 'publishable', origins = ? where prefix = ?", origins.toArray(String[]::new), prefix(token));
            for (var origin : origins) {
                sql("insert into platform.doors select 'origin', ?, tenant_id, id from platform.tokens where prefix = ?", origin, prefix(token));
            }
            return token;
        }

        /** The prefix by which a token's row is found. */
        public static String prefix(String token) {
            return token.substring(0, token.lastIndexOf('_', token.lastIndexOf('_') - 1));
        }

        /** Suspends the tenant without the API, as the platform's operation does. */
        public void suspend() throws SQLException {
            sql("update platform.tenants set state = 'suspended', suspended_at = now() where id = ?", id);
            sql("select nextval('platform.auth_revision')");
        }

        public void reactivate() throws SQLException {
            sql("update platform.tenants set state = 'active', suspended_at = null where id = ?", id);
            sql("select nextval('platform.auth_revision')");
        }

        /** The first column of a query's rows, without any policy. */
        public List<String> found(String query, Object... values) throws SQLException {
            try (var connection = server.superuser();
                    var prepared = connection.prepareStatement(query)) {
                for (int at = 0; at < values.length; at++) {
                    prepared.setObject(at + 1, values[at]);
                }
                var found = new ArrayList<String>();
                try (var rows = prepared.executeQuery()) {
                    while (rows.next()) {
                        found.add(rows.getString(1));
                    }
                }
                return found;
            }
        }

        /** Runs a statement without any policy. */
        public void sql(String statement, Object... values) throws SQLException {
            try (var connection = server.superuser();
                    var prepared = connection.prepareStatement(statement)) {
                for (int at = 0; at < values.length; at++) {
                    prepared.setObject(at + 1, values[at]);
                }
                prepared.execute();
            }
        }

        /** Requests with a token, each answer checked against the document. */
        public RequestSpecification as(String token) {
            return server.anonymous().header("Authorization", "Bearer " + token);
        }
    }
}
