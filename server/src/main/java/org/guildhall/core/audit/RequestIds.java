package org.guildhall.core.audit;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The request's id, and its trace id (W3C Trace Context). */
public final class RequestIds {

    private static final Pattern TRACEPARENT = Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
    private static final HexFormat HEX = HexFormat.of();

    private RequestIds() {}

    /** A new request id. An id from the caller is never used. */
    public static String request() {
        return "req_" + HEX.toHexDigits(System.currentTimeMillis(), 12) + HEX.toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    /** The caller's trace id if its {@code traceparent} is well-formed, otherwise a new one. */
    public static String trace(@Nullable String traceparent) {
        if (traceparent != null) {
            var parts = TRACEPARENT.matcher(traceparent);
            boolean valid = parts.matches()
                    && !parts.group(1).equals("ff")
                    && (!parts.group(1).equals("00") || parts.group(5) == null)
                    && !parts.group(2).matches("0+")
                    && !parts.group(3).matches("0+");
            if (valid) {
                return parts.group(2);
            }
        }
        var random = ThreadLocalRandom.current();
        return HEX.toHexDigits(random.nextLong() | 1) + HEX.toHexDigits(random.nextLong());
    }
}
