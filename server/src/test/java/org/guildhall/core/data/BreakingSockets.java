package org.guildhall.core.data;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.net.SocketFactory;

/**
 * Sockets for the driver, which finds them by this class's name. Reads are small; once armed, a read or a write throws an Error.
 * The rest of the response stays unread, as it does when the driver runs out of memory.
 */
public final class BreakingSockets extends SocketFactory {

    /** Small, so that a response takes many reads. */
    private static final int READ_BYTES_MAX = 48;

    private static final AtomicInteger LEFT = new AtomicInteger();
    private static volatile Predicate<Thread> threads = thread -> false;

    /** The error of a broken read or write. */
    static final class Broken extends Error {
        private static final long serialVersionUID = 1;

        Broken() {
            super("broken by the test");
        }
    }

    /** The settings of a database that uses these sockets. */
    static DbConfig through(DbConfig usual, int poolSize) {
        return new DbConfig(usual.url() + "?socketFactory=" + BreakingSockets.class.getName(), usual.user(), usual.password(), poolSize, usual.jobPoolSize(),
                usual.poolWait());
    }

    /** Makes the n-th read or write of these threads break, once. */
    static void arm(int number, Predicate<Thread> whose) {
        threads = whose;
        LEFT.set(number);
    }

    /** Disarms the sockets. True if one has broken since they were armed. */
    static boolean disarm() {
        return LEFT.getAndSet(0) == 0;
    }

    private static void step() {
        if (threads.test(Thread.currentThread()) && LEFT.get() > 0 && LEFT.decrementAndGet() == 0) {
            throw new Broken();
        }
    }

    @Override
    public Socket createSocket() {
        return new Socket() {
            @Override
            public InputStream getInputStream() throws IOException {
                return new FilterInputStream(super.getInputStream()) {
                    @Override
                    public int read(byte[] into, int offset, int length) throws IOException {
                        step();
                        return in.read(into, offset, Math.min(length, READ_BYTES_MAX));
                    }
                };
            }

            @Override
            public OutputStream getOutputStream() throws IOException {
                return new FilterOutputStream(super.getOutputStream()) {
                    @Override
                    public void write(byte[] from, int offset, int length) throws IOException {
                        step();
                        out.write(from, offset, length);
                    }
                };
            }
        };
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }
}
