package org.guildhall.core.auth;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Looks up stored credentials. The platform room implements it. */
@FunctionalInterface
public interface Credentials {

    /** The stored token with this prefix, or null. */
    @Nullable Stored find(String prefix);

    /**
     * A stored token with its caller in the current state.
     *
     * @param revoked true if the token was revoked or its consumer archived
     */
    record Stored(Caller caller, String keyId, byte[] hmac, boolean revoked) {
        /** The tenant that the token belongs to. */
        public UUID tenant() {
            return caller.tenant();
        }
    }
}
