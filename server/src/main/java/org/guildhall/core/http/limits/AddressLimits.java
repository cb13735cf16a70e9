package org.guildhall.core.http.limits;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Limits requests without a token by the caller's address, on this node alone. An IPv6 network of 64 bits counts as one address, since one
 * caller has all of it. The limit is wide: mailbox providers send the clicks of many recipients from a few addresses.
 */
public final class AddressLimits {

    private static final int ADDRESSES_MAX = 10_000;
    private static final int NETWORK_BYTES = 8;

    private final Bandwidth limit;
    private final Map<ByteBuffer, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {

        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Bucket> eldest) {
            return size() > ADDRESSES_MAX;
        }
    };

    public AddressLimits(int requestsPerMinute) {
        this.limit = Bandwidth.builder().capacity(requestsPerMinute).refillGreedy(requestsPerMinute, Duration.ofMinutes(1)).build();
    }

    /** Counts a request. @return 0 if it is admitted, else the seconds until the next one is, rounded up */
    public synchronized int spend(InetAddress address) {
        var bytes = address instanceof Inet6Address ? Arrays.copyOf(address.getAddress(), NETWORK_BYTES) : address.getAddress();
        var left = buckets.computeIfAbsent(ByteBuffer.wrap(bytes), any -> Bucket.builder().addLimit(limit).build()).tryConsumeAndReturnRemaining(1);
        return left.isConsumed() ? 0 : Math.toIntExact(Math.ceilDiv(left.getNanosToWaitForRefill(), TimeUnit.SECONDS.toNanos(1)));
    }
}
