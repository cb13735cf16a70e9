package org.guildhall.smoke.bench;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between the server and PostgreSQL and counts how often the server waits for it: a Sync, Query or Flush message of the
 * frontend/backend protocol (version 3) asks for an answer, and whatever is sent together is one round trip, however many statements
 * it holds. The driver puts a BEGIN in front of the first statement in this way.
 */
final class RoundTrips implements AutoCloseable {

    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;

    private final AtomicLong count = new AtomicLong();
    private final ServerSocket listener;
    private final int database;

    /** @param database the port that PostgreSQL listens on */
    RoundTrips(int database) throws IOException {
        this.database = database;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How many there were up to now. */
    long count() {
        return count.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var server = listener.accept();
                var postgres = new Socket(InetAddress.getLoopbackAddress(), database);
                server.setTcpNoDelay(true);
                postgres.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> pass(server, postgres, () -> requests(server, postgres)));
                Thread.ofVirtual().start(() -> pass(server, postgres, () -> postgres.getInputStream().transferTo(server.getOutputStream())));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private interface Way {
        void go() throws IOException;
    }

    private static void pass(Socket server, Socket postgres, Way way) {
        try (server; postgres) {
            way.go();
        } catch (EOFException | SocketException ended) {
            // One side closed the connection; closing the other is all there is to do.
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void requests(Socket server, Socket postgres) throws IOException {
        var in = new DataInputStream(new java.io.BufferedInputStream(server.getInputStream(), 64 * 1024));
        var out = postgres.getOutputStream();
        startup(in, out);
        var buffer = new java.io.ByteArrayOutputStream(64 * 1024);
        var message = new java.io.DataOutputStream(buffer);
        while (true) {
            int type = in.readUnsignedByte();
            int length = in.readInt();
            message.writeByte(type);
            message.writeInt(length);
            message.write(in.readNBytes(length - 4));
            if (in.available() == 0) {
                if (type == 'S' || type == 'Q' || type == 'H') {
                    count.incrementAndGet();
                }
                buffer.writeTo(out);
                buffer.reset();
            }
        }
    }

    /** The first messages have no type: a wish for encryption, which the server sends on and PostgreSQL declines, then the start. */
    private static void startup(DataInputStream in, OutputStream out) throws IOException {
        int code;
        do {
            int length = in.readInt();
            code = in.readInt();
            var message = new java.io.DataOutputStream(out);
            message.writeInt(length);
            message.writeInt(code);
            message.write(in.readNBytes(length - 8));
            message.flush();
        } while (code == SSL_REQUEST || code == GSS_REQUEST);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
