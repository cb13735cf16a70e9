package org.guildhall.platform;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.data.Db;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last use of each token, written every half minute so that no request waits for it. */
final class TokenLastUse implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(TokenLastUse.class);

    private record Key(UUID tenant, UUID token) {}

    private final ConcurrentMap<Key, Instant> used = new ConcurrentHashMap<>();
    private final MaintenanceStore store = new MaintenanceStore();
    private final Db db;
    private final Thread writer;
    private final CountDownLatch closed = new CountDownLatch(1);

    TokenLastUse(Db db) {
        this.db = db;
        this.writer = Thread.ofPlatform().name("token-use").daemon().start(this::run);
    }

    /** Records a use of the caller's token, at most once a second; more often, concurrent requests would wait for each other. */
    void used(Caller caller) {
        var key = new Key(caller.tenant(), caller.token());
        var now = db.clock().now();
        var noted = used.get(key);
        if (noted == null || noted.getEpochSecond() != now.getEpochSecond()) {
            used.put(key, now);
        }
    }

    private void run() {
        boolean last = false;
        while (!last) {
            try {
                last = closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return;
            }
            writeOrForget();
        }
    }

    /** True while the writing thread runs. */
    boolean runs() {
        return writer.isAlive();
    }

    /** The thread survives every failure. */
    private void writeOrForget() {
        try {
            write();
        } catch (RuntimeException | Error failed) {
            LOG.error("the last use of tokens could not be written", failed);
        }
    }

    private void write() {
        Map<UUID, Map<UUID, Instant>> byTenant = new HashMap<>();
        for (var key : used.keySet()) {
            var at = used.remove(key);
            if (at != null) {
                byTenant.computeIfAbsent(key.tenant, any -> new HashMap<>()).put(key.token, at);
            }
        }
        byTenant.forEach((tenant, tokens) -> {
            try {
                db.upkeep(tenant, tx -> {
                    store.used(tx, tokens);
                    return tokens.size();
                });
            } catch (RuntimeException away) {
                // The time is only informative, and the next use writes it again.
                LOG.debug("the last use of tokens could not be written", away);
            }
        });
    }

    /** Writes the remaining uses. Call it while the database is still connected. */
    @Override
    public void close() {
        closed.countDown();
        try {
            writer.join(Duration.ofSeconds(2));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
