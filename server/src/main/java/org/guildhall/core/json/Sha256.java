package org.guildhall.core.json;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256. Copied from one that was looked up once: the lookup costs more than a short text takes. */
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

    /** A new hash, of nothing yet. */
    public static MessageDigest begin() {
        try {
            return (MessageDigest) EMPTY.clone();
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
