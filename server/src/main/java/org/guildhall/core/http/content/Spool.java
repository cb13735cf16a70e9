package org.guildhall.core.http.content;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import org.guildhall.api.Upload;
import org.guildhall.core.json.Sha256;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;

/**
 * Receives large bodies into temporary files, one per request. No transaction waits for a slow caller, and the whole body is known before
 * the idempotency key is claimed. The number of concurrent bodies is bounded.
 */
public final class Spool {

    /** Together with the largest body of 64 MiB: half a GiB of disk. */
    private static final int BODIES_MAX = 8;

    private static final int TENANT_BODIES_MAX = 4;
    /** Places reserved for tenants that have none yet. */
    private static final int RESERVED_PLACES = 2;
    private static final int RETRY_AFTER_SECONDS = 5;
    private static final Duration TIME_MAX = Duration.ofMinutes(5);
    /** The minimal average rate. A slower body would occupy its place for too long. */
    private static final int BYTES_PER_SECOND_MIN = 16 * 1024;

    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final int CHUNK_BYTES = 64 * 1024;

    private final Semaphore places = new Semaphore(BODIES_MAX);
    private final ConcurrentMap<UUID, Integer> taken = new ConcurrentHashMap<>();

    /**
     * Receives a whole body.
     *
     * @param most the maximal size in bytes
     * @throws ProblemException if the body is too large, too slow or incomplete, or if all places are taken
     */
    public Spooled take(InputStream body, String mediaType, Charset charset, long most, UUID tenant) {
        enter(tenant);
        var spooled = new Spooled(mediaType, charset, () -> leave(tenant));
        try {
            spooled.fill(body, most, System.nanoTime());
            return spooled;
        } catch (RuntimeException | Error failed) {
            spooled.close();
            throw failed;
        }
    }

    private void enter(UUID tenant) {
        int own = taken.merge(tenant, 1, Integer::sum);
        boolean crowded = own > TENANT_BODIES_MAX || own > 1 && places.availablePermits() <= RESERVED_PLACES;
        if (crowded || !places.tryAcquire()) {
            forget(tenant);
            throw Problem.UNAVAILABLE.because("Too many uploads are running at once.").retryAfter(RETRY_AFTER_SECONDS);
        }
    }

    private void leave(UUID tenant) {
        places.release();
        forget(tenant);
    }

    private void forget(UUID tenant) {
        taken.computeIfPresent(tenant, (key, count) -> count == 1 ? null : count - 1);
    }

    /** A received body. Its file has no name any more, so it disappears with the process. */
    public static final class Spooled implements Upload, AutoCloseable {

        private final String mediaType;
        private final Charset charset;
        private final Runnable closed;
        private final MessageDigest digest;
        private final FileChannel file;
        private long bytes;

        private Spooled(String mediaType, Charset charset, Runnable closed) {
            this.mediaType = mediaType;
            this.charset = charset;
            this.closed = closed;
            this.digest = Sha256.begin();
            try {
                var path = Files.createTempFile("guildhall-", ".body");
                this.file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
                Files.deleteIfExists(path);
            } catch (IOException failed) {
                closed.run();
                throw new UncheckedIOException(failed);
            }
        }

        private void fill(InputStream body, long most, long begun) {
            digest.update((mediaType + "\n" + charset.name() + "\n").getBytes(StandardCharsets.US_ASCII));
            var chunk = new byte[CHUNK_BYTES];
            for (int read = read(body, chunk); read >= 0; read = read(body, chunk)) {
                bytes += read;
                if (bytes > most) {
                    throw tooLarge(most);
                }
                requireInTime(System.nanoTime() - begun);
                digest.update(chunk, 0, read);
                write(chunk, read);
            }
        }

        private void requireInTime(long nanos) {
            if (nanos > TIME_MAX.toNanos()) {
                throw Problem.REQUEST_TIMEOUT.because("The body did not arrive within " + TIME_MAX.toSeconds() + " seconds.");
            }
            double seconds = (nanos - GRACE.toNanos()) / 1e9;
            if (bytes < seconds * BYTES_PER_SECOND_MIN) {
                throw Problem.REQUEST_TIMEOUT.because("The body arrives too slowly: the minimum is " + BYTES_PER_SECOND_MIN + " bytes a second.");
            }
        }

        private static int read(InputStream body, byte[] chunk) {
            try {
                return body.read(chunk);
            } catch (IOException brokenOff) {
                throw brokenOff(brokenOff);
            }
        }

        private void write(byte[] chunk, int length) {
            try {
                var rest = ByteBuffer.wrap(chunk, 0, length);
                while (rest.hasRemaining()) {
                    file.write(rest);
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        /** The hash of media type, charset and all bytes, for the request's fingerprint. */
        public byte[] digest() {
            try {
                return ((MessageDigest) digest.clone()).digest();
            } catch (CloneNotSupportedException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        @Override
        public String mediaType() {
            return mediaType;
        }

        @Override
        public Charset charset() {
            return charset;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public InputStream open() {
            return new InputStream() {
                private long at;

                @Override
                public int read() throws IOException {
                    var one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    int read = file.read(ByteBuffer.wrap(into, offset, length), at);
                    at += Math.max(0, read);
                    return read;
                }
            };
        }

        @Override
        public void close() {
            try {
                file.close();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            } finally {
                closed.run();
            }
        }
    }

    /** The problem of a body that stopped arriving or whose connection ended. */
    public static ProblemException brokenOff(IOException failed) {
        return failed instanceof SocketTimeoutException || failed instanceof InterruptedIOException || failed.getCause() instanceof TimeoutException
                ? Problem.REQUEST_TIMEOUT.because("The body stopped arriving.")
                : Problem.MALFORMED_BODY.because("The body ended before it was complete.");
    }

    /** The problem of a body beyond the maximal size. @param most in bytes */
    public static ProblemException tooLarge(long most) {
        return Problem.BODY_TOO_LARGE.because("The body is larger than " + most + " bytes.");
    }
}
