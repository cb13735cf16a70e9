package org.guildhall.platform;

import java.util.List;
import java.util.UUID;
import org.guildhall.core.auth.ApiToken;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;

/** Tokens for tests, created without the API. */
public final class TestTokens {

    private TestTokens() {}

    public static String create(Db db, Keys keys, UUID tenant, ApiToken.Mark mark, List<String> scopes) {
        return FirstToken.create(db, keys, tenant, mark == ApiToken.Mark.LIVE ? "live" : "test", "Test consumer", scopes);
    }
}
