package org.guildhall.core.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * The server's keys ({@code GUILDHALL_KEYS}): the first one signs, all of them verify. Each purpose has its own key, derived by HKDF from
 * the server's secret and a label, so that a value made for one purpose is invalid for all others.
 */
public final class Keys {

    /** The purpose of a derived key, with its HKDF label. A label must never change. */
    public enum Purpose {
        TOKEN("guildhall/token/v1"),
        CURSOR("guildhall/cursor/v1"),
        IDEMPOTENCY("guildhall/idempotency/v1"),
        INVITATION("guildhall/invitation/v1"),
        UNSUBSCRIBE("guildhall/unsubscribe/v1"),
        BOOKING("guildhall/booking/v1"),
        CALENDAR("guildhall/calendar/v1");

        private final String label;

        Purpose(String label) {
            this.label = label;
        }
    }

    private static final String HMAC = "HmacSHA256";
    private static final String REPLY_LABEL = "guildhall/reply/v1";
    private static final String SECRET_LABEL = "guildhall/secret/v1";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int SECRET_CHARACTERS_MIN = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private record Key(String id, byte[] secret, Map<Purpose, Mac> macs) {}

    private final List<Key> keys;

    private Keys(List<Key> keys) {
        this.keys = keys;
    }

    /**
     * Parses {@code kid:secret[,kid:secret…]}.
     *
     * @throws IllegalArgumentException if the text is empty, an id is repeated, or a secret has fewer than 32 characters
     */
    public static Keys parse(String text) {
        var keys = new ArrayList<Key>();
        for (var entry : text.split(",")) {
            var parts = entry.strip().split(":", 2);
            if (parts.length != 2 || !parts[0].matches("[a-z0-9-]{1,16}")) {
                throw new IllegalArgumentException("a key must have the form id:secret, with an id of 1 to 16 characters a-z, 0-9 and -");
            }
            if (parts[1].length() < SECRET_CHARACTERS_MIN) {
                throw new IllegalArgumentException("the secret of key " + parts[0] + " has fewer than " + SECRET_CHARACTERS_MIN + " characters");
            }
            if (keys.stream().anyMatch(key -> key.id.equals(parts[0]))) {
                throw new IllegalArgumentException("the key id " + parts[0] + " is repeated");
            }
            keys.add(new Key(parts[0], parts[1].getBytes(StandardCharsets.UTF_8), new ConcurrentHashMap<>()));
        }
        return new Keys(List.copyOf(keys));
    }

    /** The id of the key that signs. */
    public String current() {
        return keys.getFirst().id;
    }

    /** HMAC-SHA256 under the current key. Each part is preceded by its length, so that their boundaries count. */
    public byte[] mac(Purpose purpose, byte[]... parts) {
        return mac(keys.getFirst(), purpose, parts);
    }

    /** The HMACs under the older keys, which only verify. */
    public byte[][] olderMacs(Purpose purpose, byte[]... parts) {
        return keys.stream().skip(1).map(key -> mac(key, purpose, parts)).toArray(byte[][]::new);
    }

    /** Compares with the HMAC under the named key, in constant time. False if the server no longer has that key. */
    public boolean verify(String keyId, Purpose purpose, byte[] expected, byte[]... parts) {
        for (var key : keys) {
            if (key.id.equals(keyId)) {
                return MessageDigest.isEqual(expected, mac(key, purpose, parts));
            }
        }
        return false;
    }

    /** Compares with the beginning of the HMAC under each key, in constant time for each. */
    public boolean verifyTruncated(Purpose purpose, byte[] expected, byte[]... parts) {
        return keys.stream().anyMatch(key -> MessageDigest.isEqual(expected, Arrays.copyOf(mac(key, purpose, parts), expected.length)));
    }

    /** Encrypts a reply that contains a secret (AES-256-GCM), so that it can only be read with the caller's idempotency key. */
    public byte[] seal(byte[] plain, String callerKey) {
        return seal(plain, REPLY_LABEL, callerKey);
    }

    /** Decrypts the result of {@link #seal}; null if no key fits. */
    public byte @Nullable [] open(byte[] sealed, String callerKey) {
        return open(sealed, REPLY_LABEL, callerKey);
    }

    /**
     * Encrypts a secret that the server keeps for later use (AES-256-GCM), such as the password of a mail server.
     *
     * @param owner the id of the resource; the secret can't be read as that of another one
     */
    public byte[] sealSecret(String plain, String owner) {
        return seal(plain.getBytes(StandardCharsets.UTF_8), SECRET_LABEL, owner);
    }

    /** Decrypts the result of {@link #sealSecret}; null if no key fits. */
    public @Nullable String openSecret(byte[] sealed, String owner) {
        var plain = open(sealed, SECRET_LABEL, owner);
        return plain == null ? null : new String(plain, StandardCharsets.UTF_8);
    }

    private byte[] seal(byte[] plain, String label, String salt) {
        try {
            var nonce = new byte[NONCE_BYTES];
            RANDOM.nextBytes(nonce);
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, sealingKey(keys.getFirst(), label, salt), new GCMParameterSpec(TAG_BITS, nonce));
            var sealed = cipher.doFinal(plain);
            var out = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, out, NONCE_BYTES, sealed.length);
            return out;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private byte @Nullable [] open(byte[] sealed, String label, String salt) {
        for (var key : keys) {
            try {
                var cipher = Cipher.getInstance("AES/GCM/NoPadding");
                cipher.init(Cipher.DECRYPT_MODE, sealingKey(key, label, salt), new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES));
                return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
            } catch (javax.crypto.AEADBadTagException otherKey) {
                continue;
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        return null;
    }

    private static SecretKey sealingKey(Key key, String label, String salt) throws GeneralSecurityException {
        var parameters = HKDFParameterSpec.ofExtract()
                .addIKM(key.secret)
                .addSalt(salt.getBytes(StandardCharsets.UTF_8))
                .thenExpand(label.getBytes(StandardCharsets.UTF_8), 32);
        return KDF.getInstance("HKDF-SHA256").deriveKey("AES", parameters);
    }

    private static byte[] mac(Key key, Purpose purpose, byte[]... parts) {
        try {
            // Cloning an initialized Mac is cheaper than looking up the algorithm and initializing the key for each text.
            var mac = (Mac) key.macs.computeIfAbsent(purpose, p -> ready(key, p)).clone();
            var length = ByteBuffer.allocate(Integer.BYTES);
            for (var part : parts) {
                mac.update(length.putInt(0, part.length).array());
                mac.update(part);
            }
            return mac.doFinal();
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Mac ready(Key key, Purpose purpose) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(derive(key, purpose));
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static SecretKey derive(Key key, Purpose purpose) {
        try {
            var parameters = HKDFParameterSpec.ofExtract()
                    .addIKM(key.secret)
                    .thenExpand(purpose.label.getBytes(StandardCharsets.UTF_8), 32);
            return KDF.getInstance("HKDF-SHA256").deriveKey(HMAC, parameters);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
