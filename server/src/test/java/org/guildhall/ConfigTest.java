package org.guildhall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The server's settings: documented and checked at the start, with all errors in one message. */
class ConfigTest {

    private static final String SECRET = "s3cret-s3cret-s3cret-s3cret-s3cret";
    private static final Map<String, String> GOOD = Map.of(
            "GUILDHALL_DATABASE_URL", "jdbc:postgresql://db:5432/guildhall", "GUILDHALL_KEYS", "k1:" + SECRET);

    private static Map<String, String> good(String... more) {
        var environment = new HashMap<>(GOOD);
        for (int at = 0; at < more.length; at += 2) {
            environment.put(more[at], more[at + 1]);
        }
        return environment;
    }

    private static List<String> mistakes(Map<String, String> environment) {
        return assertThrows(Config.Mistakes.class, () -> Config.read(environment)).getMessage().lines().map(line -> line.substring(0, line.indexOf(':'))).toList();
    }

    @Test
    void twoSettings_areEnough() {
        var config = Config.read(good());
        assertEquals("guildhall_app", config.database().user());
        assertEquals(16, config.database().poolSize());
        assertEquals(8080, config.port());
        assertEquals(Set.of(), config.corsOrigins());
        assertEquals("k1", config.keys().current());
        assertTrue(config.scheduler());
    }

    @Test
    void allErrors_areReportedAtOnce() {
        var found = mistakes(Map.of(
                "GUILDHALL_DATABASE_URL", "postgres://db", "GUILDHALL_DATABASE_POOL", "many", "GUILDHALL_DATABASE_JOB_POOL", "2", "GUILDHALL_DATABASE_POOL_WAIT_MILLIS", "0", "GUILDHALL_PORT", "65536",
                "GUILDHALL_PUBLIC_URL", "guildhall.example/", "GUILDHALL_CORS_ORIGINS", "https://a.example/path", "GUILDHALL_TRUSTED_PROXIES", "10.0.0.0/8, proxy",
                "GUILDHALL_SCHEDULER", "yes", "GUILDHALL_PROT", "8080"));
        assertEquals(Set.of("GUILDHALL_DATABASE_URL", "GUILDHALL_DATABASE_POOL", "GUILDHALL_DATABASE_JOB_POOL", "GUILDHALL_DATABASE_POOL_WAIT_MILLIS",
                "GUILDHALL_PORT", "GUILDHALL_PUBLIC_URL",
                "GUILDHALL_CORS_ORIGINS", "GUILDHALL_TRUSTED_PROXIES", "GUILDHALL_SCHEDULER", "GUILDHALL_PROT", "GUILDHALL_KEYS"), Set.copyOf(found));
    }

    @Test
    void error_doesNotContainASecret() {
        var text = assertThrows(Config.Mistakes.class, () -> Config.read(Map.of(
                "GUILDHALL_DATABASE_URL", "postgres://app:" + SECRET + "@db", "GUILDHALL_KEYS", SECRET, "GUILDHALL_DATABASE_PASSWORD", SECRET))).getMessage();
        assertFalse(text.contains("s3cret"), text);
        var keys = assertThrows(Config.Mistakes.class, () -> Config.read(good("GUILDHALL_KEYS", "k1:s3cret"))).getMessage();
        assertFalse(keys.contains("s3cret"), keys);
    }

    @Test
    void emptySetting_countsAsMissing() {
        assertEquals(8080, Config.read(good("GUILDHALL_PORT", "", "GUILDHALL_CORS_ORIGINS", " ")).port());
        assertEquals(List.of("GUILDHALL_KEYS"), mistakes(good("GUILDHALL_KEYS", " ")));
    }

    @Test
    void lists_areSeparatedByCommas() {
        var config = Config.read(good("GUILDHALL_CORS_ORIGINS", "https://a.example , http://localhost:3000", "GUILDHALL_TRUSTED_PROXIES", "10.0.0.0/8,::1"));
        assertEquals(Set.of("https://a.example", "http://localhost:3000"), config.corsOrigins());
        assertEquals(2, config.trustedProxies().size());
    }

    @Test
    void unknownSettings_areIgnored() {
        Config.read(good("PATH", "/bin", "GUILDHALL_HOME", "/srv", "GUILDHALL_JAVA_OPTS", "-Xmx1g", "HOME", "/root"));
    }
}
