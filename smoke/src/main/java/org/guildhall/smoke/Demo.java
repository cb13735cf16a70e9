package org.guildhall.smoke;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.guildhall.App;
import org.guildhall.ClassCache;
import org.guildhall.Config;
import org.guildhall.StartFailure;
import org.guildhall.api.TypeIds;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.DbConfig;
import org.guildhall.migrations.Embedded;
import org.guildhall.migrations.Roles;
import org.guildhall.platform.FirstToken;
import org.guildhall.tasks.suppressions.UnsubscribeTokens;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The demo: Guildhall on an embedded PostgreSQL, filled with example data through the API. It runs until it is stopped, and keeps its data
 * for the next start.
 */
public final class Demo {

    private static final String DATABASE = "guildhall";
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(Demo.class);
    /** Host names that listen on all addresses, including the loopback. */
    private static final Set<String> ANY = Set.of("0.0.0.0", "::", "[::]");
    private static final List<String> OWN = List.of(
            "GUILDHALL_DATABASE_URL", "GUILDHALL_DATABASE_USER", "GUILDHALL_DATABASE_PASSWORD", "GUILDHALL_KEYS");
    private static final String GOCARDLESS = "GUILDHALL_GOCARDLESS_BASE_URL";
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * The command-line options.
     *
     * @param data the folder of all data
     * @param fresh true to delete existing data first
     */
    record Options(int port, Path data, boolean fresh) {

        static Options parse(List<String> arguments) {
            int port = 8080;
            var data = Path.of(".guildhall");
            boolean fresh = false;
            for (int at = 0; at < arguments.size(); at++) {
                switch (arguments.get(at)) {
                    case "--port" -> port = Integer.parseInt(arguments.get(++at));
                    case "--data" -> data = Path.of(arguments.get(++at));
                    case "--fresh" -> fresh = true;
                    default -> throw new IllegalArgumentException("unknown option " + arguments.get(at));
                }
            }
            return new Options(port, data.toAbsolutePath().normalize(), fresh);
        }
    }

    private final Options options;

    private Demo(Options options) {
        this.options = options;
    }

    public static void main(String[] arguments) throws Exception {
        ClassCache.refuseStale(Demo.class, arguments);
        new Demo(Options.parse(List.of(arguments))).run();
    }

    private void run() throws Exception {
        if (options.fresh()) {
            Embedded.erase(options.data().resolve("postgres"));
            Files.deleteIfExists(options.data().resolve("secrets.json"));
        }
        Files.createDirectories(options.data());
        var postgres = Embedded.persistent(options.data().resolve("postgres"), 0);
        App app = null;
        try {
            postgres.prepare(DATABASE);
            var secrets = secrets();
            var directDebits = System.getenv(GOCARDLESS) == null ? new DirectDebitStandIn() : null;
            var settings = settings(postgres, secrets.get("keys"), directDebits);
            var config = Config.read(settings);
            app = App.start(config);
            var stopped = endsOnSignal(app, postgres, directDebits);
            var baseUrl = "http://" + (ANY.contains(config.host()) ? "127.0.0.1" : config.host()) + ":" + app.port();
            var tokens = Seed.demo(baseUrl, secrets, administrator(postgres, secrets), directDebits);
            keep(secrets);
            announce(baseUrl, tokens, secrets.get("keys"));
            ClassCache.makeInBackground(settings);
            stopped.await();
        } catch (Exception failed) {
            // Nothing may keep running after a failed start: its threads and PostgreSQL would outlive this process.
            var sentence = StartFailure.sentence(failed, options.port());
            System.out.println("The demo could not be started. " + (sentence == null ? String.valueOf(failed.getMessage()) : sentence));
            LOG.error("The demo could not be started", failed);
            if (app == null) {
                postgres.close();
            }
            System.exit(1);
        }
    }

    private static CountDownLatch endsOnSignal(App app, Embedded postgres, @Nullable DirectDebitStandIn directDebits) {
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            app.close();
            if (directDebits != null) {
                directDebits.close();
            }
            postgres.close();
            stopped.countDown();
        }));
        return stopped;
    }

    /** The settings of {@code serve} also apply to the demo, except for the database and the keys, which are its own. Without an address of GoCardless it has a stand-in. */
    private Map<String, String> settings(Embedded postgres, String keys, @Nullable DirectDebitStandIn directDebits) {
        var settings = new HashMap<>(System.getenv());
        OWN.forEach(settings::remove);
        settings.put("GUILDHALL_DATABASE_URL", postgres.url(DATABASE));
        settings.put("GUILDHALL_DATABASE_USER", Roles.APP);
        settings.put("GUILDHALL_KEYS", keys);
        settings.put("GUILDHALL_PORT", Integer.toString(options.port()));
        if (directDebits != null) {
            settings.put(GOCARDLESS, directDebits.url());
        }
        settings.putIfAbsent("GUILDHALL_HOST", "127.0.0.1");
        settings.putIfAbsent("GUILDHALL_PUBLIC_URL", "http://127.0.0.1:" + options.port());
        return settings;
    }

    /** The platform administrator's token, from an earlier start or new. */
    private static String administrator(Embedded postgres, Map<String, String> secrets) {
        return secrets.computeIfAbsent("platform_admin", any -> {
            try (var db = new Db(new DbConfig(postgres.url(DATABASE), Roles.APP, "", 1, WAIT))) {
                return FirstToken.create(db, Keys.parse(secrets.get("keys")), "Demo administrator");
            }
        });
    }

    /** The secrets that are shown only once, and are kept for the next start. */
    private Map<String, String> secrets() throws IOException {
        var file = options.data().resolve("secrets.json");
        var secrets = new LinkedHashMap<String, String>();
        if (Files.exists(file)) {
            JSON.readTree(file.toFile()).properties().forEach(entry -> secrets.put(entry.getKey(), entry.getValue().asText()));
        }
        secrets.computeIfAbsent("keys", any -> {
            var secret = new byte[32];
            new SecureRandom().nextBytes(secret);
            return "demo:" + HexFormat.of().formatHex(secret);
        });
        return secrets;
    }

    private void keep(Map<String, String> secrets) throws IOException {
        write(options.data().resolve("secrets.json"), secrets);
    }

    private void announce(String baseUrl, Seed.Tokens tokens, String keys) throws IOException {
        var demo = new LinkedHashMap<String, Object>();
        demo.put("base_url", baseUrl);
        demo.put("pid", ProcessHandle.current().pid());
        demo.put("tokens", Map.of(
                "platform_admin", tokens.platformAdmin(),
                "tenant_admin", tokens.tenantAdmin(),
                "read_only", tokens.readOnly(),
                "publishable", tokens.publishable()));
        demo.put("tenant_id", tokens.tenantId());
        demo.put("unsubscribe_url", baseUrl + "/u/" + unsubscribeToken(tokens.tenantId(), keys));
        System.out.println("""

                Guildhall is ready at %1$s
                  API explorer          %1$s/docs
                  tenant administrator  %2$s
                  read only             %3$s

                Try:
                  curl -s %1$s/api/v1/auth/status -H 'Authorization: Bearer %3$s'
                  curl -s '%1$s/api/v1/catalog/products?limit=3' -H 'Authorization: Bearer %3$s'
                  curl -s %1$s/api/v1/catalog/products -H 'Authorization: Bearer %2$s' -H 'Idempotency-Key: first' \\
                    --json '{"name": "Kettlebell course", "product_type": "one_time"}'
                """.formatted(baseUrl, tokens.tenantAdmin(), tokens.readOnly()));
        System.out.flush();
        // Last, since scripts wait for this file as the sign that everything is ready.
        write(options.data().resolve("demo.json"), demo);
    }

    /** The token of a link as mails to this address have it. The mails of the demo's tenant don't leave the server. */
    private static String unsubscribeToken(String tenantId, String keys) {
        var link = new UnsubscribeTokens.Link(TypeIds.parse("ten", tenantId), null, "reader@members.example", "marketing");
        return new UnsubscribeTokens(Keys.parse(keys)).token(link);
    }

    /** Writes the file atomically, readable by its owner only. */
    private static void write(Path file, Object content) throws IOException {
        var beside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(beside);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.write(beside, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
