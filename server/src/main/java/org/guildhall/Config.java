package org.guildhall;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.guildhall.billing.BillingModule.ProviderUrls;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.DbConfig;
import org.jspecify.annotations.Nullable;

/**
 * The server's settings, read from the environment once at the start. Invalid settings prevent the start, and all mistakes are listed at
 * once. {@code docs/operations.md} documents each setting.
 *
 * @param keys the keys for tokens, cursors and stored replies
 * @param scheduler true if this node runs scheduled work
 * @param allowedTargets private and local addresses to which the server connects if a tenant names them
 * @param providerUrls the addresses of the APIs of payment providers
 */
public record Config(
        DbConfig database, String host, int port, String publicUrl, Keys keys, Set<String> corsOrigins, List<IpRange> trustedProxies,
        boolean scheduler, List<IpRange> allowedTargets, ProviderUrls providerUrls) {

    private static final String PREFIX = "GUILDHALL_";
    private static final Set<String> KNOWN = Set.of(
            "DATABASE_URL", "DATABASE_USER", "DATABASE_PASSWORD", "DATABASE_POOL", "DATABASE_JOB_POOL",
            "DATABASE_POOL_WAIT_MILLIS", "DATABASE_TENANT_SHARE", "HOST", "PORT", "PUBLIC_URL",
            "KEYS", "CORS_ORIGINS", "TRUSTED_PROXIES", "SCHEDULER", "CLASS_CACHE", "ALLOWED_TARGETS", "STRIPE_BASE_URL", "GOCARDLESS_BASE_URL", "PAYSTACK_BASE_URL");
    /** Settings of the launcher and of the administrator's commands. The server doesn't use them, but must accept them. */
    private static final Set<String> OTHERS = Set.of("JAVA_HOME", "MIGRATOR_USER", "MIGRATOR_PASSWORD", "ADMIN_URL", "ADMIN_USER",
            "ADMIN_PASSWORD", "APP_PASSWORD", "READONLY_PASSWORD", "BACKUP_PASSWORD", "JAVA_OPTS", "URL", "TOKEN", "HOME", "STATE", "ACCESS_LOG");

    /** All mistakes in the settings. */
    public static final class Mistakes extends RuntimeException {
        private static final long serialVersionUID = 1;

        Mistakes(List<String> mistakes) {
            super(String.join("\n", mistakes));
        }
    }

    /** @throws Mistakes listing every missing, malformed or unknown setting */
    public static Config read(Map<String, String> environment) {
        var reader = new Reader(environment);
        var config = new Config(
                new DbConfig(
                        reader.required("DATABASE_URL", Config::jdbc),
                        reader.optional("DATABASE_USER", "guildhall_app", text -> text),
                        reader.optional("DATABASE_PASSWORD", "", text -> text),
                        reader.optional("DATABASE_POOL", "16", number(1, 200)),
                        reader.optional("DATABASE_JOB_POOL", Integer.toString(DbConfig.JOB_POOL), number(3, 50)),
                        Duration.ofMillis(reader.optional("DATABASE_POOL_WAIT_MILLIS", "1000", number(250, 30_000))),
                        reader.optional("DATABASE_TENANT_SHARE", Integer.toString(DbConfig.TENANT_SHARE), number(5, 100))),
                reader.optional("HOST", "0.0.0.0", text -> text),
                reader.optional("PORT", "8080", number(0, 65_535)),
                reader.optional("PUBLIC_URL", "http://localhost:8080", Config::url),
                reader.required("KEYS", Keys::parse),
                reader.optional("CORS_ORIGINS", "", Config::origins),
                reader.optional("TRUSTED_PROXIES", "", Config::ranges),
                reader.optional("SCHEDULER", "on", Config::onOff),
                reader.optional("ALLOWED_TARGETS", "", Config::ranges),
                new ProviderUrls(
                        reader.optional("STRIPE_BASE_URL", ProviderUrls.LIVE.stripe(), Config::url),
                        reader.optional("GOCARDLESS_BASE_URL", ProviderUrls.LIVE.gocardless(), Config::url),
                        reader.optional("PAYSTACK_BASE_URL", ProviderUrls.LIVE.paystack(), Config::url)));
        // Not of this server: of the JVM's next start.
        reader.optional("CLASS_CACHE", "on", Config::onOff);
        reader.finish();
        return config;
    }

    private static final class Reader {
        private final Map<String, String> environment;
        private final List<String> mistakes = new ArrayList<>();

        Reader(Map<String, String> environment) {
            this.environment = environment;
            for (var name : new TreeSet<>(environment.keySet())) {
                var rest = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "";
                if (!rest.isEmpty() && !KNOWN.contains(rest) && !OTHERS.contains(rest)) {
                    mistakes.add(name + ": unknown setting");
                }
            }
        }

        @SuppressWarnings("NullAway") // a config with a mistake in it is never returned
        <T> T required(String name, Function<String, T> read) {
            var text = environment.get(PREFIX + name);
            if (text == null || text.isBlank()) {
                mistakes.add(PREFIX + name + ": required");
                return null;
            }
            return value(name, text, read);
        }

        <T> T optional(String name, String fallback, Function<String, T> read) {
            var text = environment.get(PREFIX + name);
            var value = value(name, text == null || text.isBlank() ? fallback : text, read);
            // With a mistake the config is never returned. The fallback is used until all mistakes are found.
            return value == null ? read.apply(fallback) : value;
        }

        @SuppressWarnings("NullAway")
        private <T> @Nullable T value(String name, String text, Function<String, T> read) {
            try {
                return read.apply(text.strip());
            } catch (IllegalArgumentException wrong) {
                // The parsers don't repeat the text, so a key never gets into the message.
                mistakes.add(PREFIX + name + ": " + wrong.getMessage());
                return null;
            }
        }

        void finish() {
            if (!mistakes.isEmpty()) {
                throw new Mistakes(mistakes);
            }
        }
    }

    private static String jdbc(String text) {
        if (!text.startsWith("jdbc:postgresql://")) {
            throw new IllegalArgumentException("must have the form jdbc:postgresql://host:port/database");
        }
        return text;
    }

    private static String url(String text) {
        var url = URI.create(text);
        if (url.getHost() == null || !Set.of("http", "https").contains(String.valueOf(url.getScheme())) || text.endsWith("/")) {
            throw new IllegalArgumentException("must be an http or https URL without a slash at its end");
        }
        return text;
    }

    private static Function<String, Integer> number(int least, int most) {
        return text -> {
            if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
                throw new IllegalArgumentException("must be a number from " + least + " to " + most);
            }
            return Integer.valueOf(text);
        };
    }

    private static boolean onOff(String text) {
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException("must be on or off");
        };
    }

    private static Set<String> origins(String text) {
        var origins = new LinkedHashSet<String>();
        for (var entry : list(text)) {
            if (!entry.matches("https?://[a-z0-9.-]+(:[0-9]{1,5})?")) {
                throw new IllegalArgumentException("each origin is scheme://host[:port] in lower case, separated by commas");
            }
            origins.add(entry);
        }
        return origins;
    }

    private static List<IpRange> ranges(String text) {
        return list(text).stream().map(IpRange::parse).toList();
    }

    private static List<String> list(String text) {
        return text.isBlank() ? List.of() : List.of(text.split("\\s*,\\s*"));
    }
}
