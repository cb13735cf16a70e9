package org.guildhall.schedule.bookings;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.auth.Keys.Purpose;

/**
 * References and codes of bookings: letters and digits without 0, O, 1 and I. A reference is a name for people; a code is shown once, and only its
 * HMAC under a key of the server is stored.
 */
final class BookingSecrets {

    private static final String CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    private static final int REFERENCE_CHARACTERS = 8;
    private static final int CODE_CHARACTERS = 10;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Keys keys;

    BookingSecrets(Keys keys) {
        this.keys = keys;
    }

    String reference() {
        return random(REFERENCE_CHARACTERS);
    }

    String code() {
        return random(CODE_CHARACTERS);
    }

    /** The HMAC of a new code, under the current key. */
    byte[] hmac(String code) {
        return keys.mac(Purpose.BOOKING, bytes(code));
    }

    /** The possible HMACs of a stored code: under the current key and under each older key. */
    List<byte[]> hmacs(String code) {
        var all = new ArrayList<byte[]>();
        all.add(hmac(code));
        all.addAll(Arrays.asList(keys.olderMacs(Purpose.BOOKING, bytes(code))));
        return all;
    }

    private static String random(int characters) {
        var text = new StringBuilder(characters);
        for (int at = 0; at < characters; at++) {
            text.append(CHARACTERS.charAt(RANDOM.nextInt(CHARACTERS.length())));
        }
        return text.toString();
    }

    private static byte[] bytes(String code) {
        return code.getBytes(StandardCharsets.US_ASCII);
    }
}
