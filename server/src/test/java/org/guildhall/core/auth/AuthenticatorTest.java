package org.guildhall.core.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.guildhall.core.data.Clock;
import org.junit.jupiter.api.Test;

/** Looked-up credentials are cached for 30 seconds, for 10,000 tokens at most. */
class AuthenticatorTest {

    private static final Keys KEYS = Keys.parse("test:0123456789abcdef0123456789abcdef");

    private final Map<String, Integer> asked = new HashMap<>();
    private final Map<String, Credentials.Stored> stored = new HashMap<>();
    private final AtomicLong nanos = new AtomicLong();
    private final Authenticator authenticator = new Authenticator(prefix -> {
        asked.merge(prefix, 1, Integer::sum);
        return stored.get(prefix);
    }, KEYS, new Clock(), nanos::get);

    private ApiToken issued() {
        var token = ApiToken.issue(ApiToken.Mark.TEST);
        stored.put(token.prefix(), new Credentials.Stored(new Caller(
                UUID.randomUUID(), "Tenant", "test", false, UUID.randomUUID(), "Consumer", "operator", UUID.randomUUID(), token.prefix(), false,
                Set.of(), Set.of(), List.of(), null, List.of(), 1), "test", token.hmac(KEYS), false));
        return token;
    }

    private Caller known(ApiToken token) {
        return ((Authenticator.Outcome.Known) authenticator.authenticate("Bearer " + token.clear())).caller();
    }

    @Test
    void token_isLookedUpAgainAfterThirtySeconds() {
        var token = issued();
        for (long seconds : new long[] {0, 10, 29}) {
            nanos.set(seconds * 1_000_000_000);
            known(token);
        }
        assertEquals(Map.of(token.prefix(), 1), asked);
        nanos.set(30_000_000_001L);
        known(token);
        assertEquals(Map.of(token.prefix(), 2), asked);
    }

    @Test
    void forgottenToken_alone_isLookedUpAgain() {
        var token = issued();
        var other = issued();
        known(other);
        authenticator.forget(known(token));
        known(token);
        known(other);
        assertEquals(Map.of(token.prefix(), 2, other.prefix(), 1), asked);
    }

    @Test
    void allTokensForgotten_eachIsLookedUpAgain() {
        var tokens = List.of(issued(), issued());
        tokens.forEach(this::known);
        authenticator.forgetAll();
        tokens.forEach(this::known);
        assertEquals(Map.of(tokens.getFirst().prefix(), 2, tokens.getLast().prefix(), 2), asked);
    }

    @Test
    void cacheOverflow_tokenInUse_staysCached() {
        var busy = issued();
        var others = Stream.generate(this::issued).limit(20_000).toList();
        for (int round = 0; round < 2; round++) {
            for (var other : others) {
                known(other);
                known(busy);
            }
        }
        assertEquals(1, asked.get(busy.prefix()));
        long again = asked.values().stream().filter(times -> times == 2).count();
        assertTrue(again >= 10_000, "more than the maximum is cached: " + again + " of 20,000 were looked up again");
    }
}
