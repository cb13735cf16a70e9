package org.guildhall.platform;

import java.util.List;
import java.util.UUID;
import org.guildhall.api.Scopes;
import org.guildhall.core.audit.Audit;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;

/** Creates a platform administrator's token on the command line. The first one can't be created through the API. */
public final class FirstToken {

    private FirstToken() {}

    /**
     * Creates a consumer of the platform tenant with all scopes, and a token for it.
     *
     * @return the token in clear, which is not stored
     */
    public static String create(Db db, Keys keys, String name) {
        return create(db, keys, Db.PLATFORM, "live", name, Scopes.ALL);
    }

    static String create(Db db, Keys keys, UUID tenant, String mode, String name, List<String> scopes) {
        try (var write = db.begin(tenant, Db.ANY_REVISION)) {
            var consumer = new ConsumerStore().insert(write.tx(), new ConsumerStore.Values(
                    null, name, "Platform operator", "operator@guildhall.invalid", scopes, "operator", null, null));
            var issued = new TokenIssuer(keys, new TokenStore()).issue(write.tx(), mode, new TokenStore.New(
                    consumer.id(), null, name, "secret", scopes, List.of(), null, null, null, null));
            write.commit(Audit.byOperator("createFirstToken", "token.issued", "access", consumer.id(), "token", issued.row().id(),
                    TokensHandler.toApi(issued.row())));
            return issued.clear();
        }
    }
}
