package org.guildhall.core.auth;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import java.text.ParseException;
import java.util.OptionalInt;

/** JSON Web Key Sets (RFC 7517). */
public final class KeySets {

    private KeySets() {}

    /** The number of public keys that are for signatures; empty if the text is no key set. */
    public static OptionalInt signingKeys(String json) {
        try {
            return OptionalInt.of((int) JWKSet.parse(json).getKeys().stream().filter(KeySets::signs).count());
        } catch (ParseException unreadable) {
            return OptionalInt.empty();
        }
    }

    private static boolean signs(JWK key) {
        return !key.getKeyType().equals(KeyType.OCT) && (key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE));
    }
}
