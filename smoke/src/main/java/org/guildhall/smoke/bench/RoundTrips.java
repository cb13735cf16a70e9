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
 * A proxy between the server and PostgreSQL that counts round trips. A Sync, Query or Flush message of the frontend/backend protocol
 * (version 3) asks for an answer; statements that are sent together are one round trip. The driver sends a BEGIN together with the first
 * statement.
 */
final class RoundTrips implements AutoCloseable {

    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;

    private final AtomicLong count = new AtomicLong();
    private final ServerSocket listener;
    private final int database;

    /** @param database PostgreSQL's port */
    RoundTrips(int database) throws IOException {
        this.database = database;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** The number of round trips so far. */
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

    private interface Transfer {
        void go() throws IOException;
    }

    private static void pass(Socket server, Socket postgres, Transfer transfer) {
        try (server; postgres) {
            transfer.go();
        } catch (EOFException | SocketException ended) {
            // One side closed the connection, so the other one is closed, too.
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

    /** The first messages have no type: a request for encryption, which PostgreSQL declines, then the startup message. */
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
