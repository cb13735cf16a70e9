package org.guildhall.core.json;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, cloned from one instance: looking up the algorithm costs more than hashing a short text. */
public final class Sha256 {

    private static final MessageDigest EMPTY;

    static {
        try {
            EMPTY = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Sha256() {}

    /** A new, empty hash. */
    public static MessageDigest begin() {
        try {
            return (MessageDigest) EMPTY.clone();
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
