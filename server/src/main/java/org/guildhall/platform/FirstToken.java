package org.guildhall.platform;

import java.util.List;
import java.util.UUID;
import org.guildhall.api.Scopes;
import org.guildhall.api.TypeIds;
import org.guildhall.core.auth.ApiToken;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Audit;

/** Makes a platform administrator's token from the command line: the one credential that can't be asked for through the API. */
public final class FirstToken {

    private FirstToken() {}

    /**
     * Makes a consumer of the platform tenant that may do everything, and a token for it.
     *
     * @return the token in clear, which is kept nowhere
     */
    public static String create(Db db, Keys keys, String name) {
        return create(db, keys, Db.PLATFORM, ApiToken.Mark.LIVE, name, Scopes.ALL);
    }

    static String create(Db db, Keys keys, UUID tenant, ApiToken.Mark mark, String name, List<String> scopes) {
        var token = ApiToken.issue(mark);
        try (var write = db.begin(tenant, Db.ANY_REVISION)) {
            var consumer = new ConsumerStore().insert(write.tx(), new ConsumerStore.Values(
                    null, name, "Platform operator", "operator@guildhall.invalid", scopes, "operator", null, null));
            var row = new TokenStore().insert(write.tx(), new TokenStore.New(
                    consumer.id(), null, name, "secret", token.prefix(), token.hmac(keys), keys.current(), scopes, List.of(), null, null,
                    null, null));
            write.commit(Audit.byOperator("createFirstToken", "token.created", "access", consumer.id(), "token", row.id(),
                    java.util.Map.of("id", TypeIds.format("tok", row.id()), "consumer_id", TypeIds.format("con", consumer.id()), "name", name,
                            "prefix", row.prefix(), "scopes", scopes)));
        }
        return token.clear();
    }
}
