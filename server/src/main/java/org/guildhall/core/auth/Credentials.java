package org.guildhall.core.auth;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where credentials are looked up; the platform room keeps them. */
@FunctionalInterface
public interface Credentials {

    /** The stored half of a token, or null if there is none with this prefix. */
    @Nullable Stored find(String prefix);

    /**
     * A token as it is stored, with everything that is true of it now.
     *
     * @param revoked whether it was, or its consumer was archived
     */
    record Stored(Caller caller, String keyId, byte[] hmac, boolean revoked) {
        /** The tenant it belongs to. */
        public UUID tenant() {
            return caller.tenant();
        }
    }
}
