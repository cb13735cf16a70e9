package org.guildhall.smoke.bench;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * A proxy between the server and PostgreSQL that counts round trips and statements. A Sync, Query or Flush message of the frontend/backend
 * protocol (version 3) asks for an answer; statements that are sent together are one round trip. The driver sends a BEGIN together with the
 * first statement. BEGIN, COMMIT and ROLLBACK aren't counted as statements.
 */
final class RoundTrips implements AutoCloseable {

    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;

    private static final Pattern CONTROL = Pattern.compile("\\s*(begin|commit|rollback)\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final AtomicLong count = new AtomicLong();
    private final AtomicLong statements = new AtomicLong();
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

    /** The number of executed statements so far. */
    long statements() {
        return statements.get();
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
        var executed = new Executed();
        while (true) {
            int type = in.readUnsignedByte();
            int length = in.readInt();
            message.writeByte(type);
            message.writeInt(length);
            var body = in.readNBytes(length - 4);
            message.write(body);
            executed.message(type, body);
            if (in.available() == 0) {
                if (type == 'S' || type == 'Q' || type == 'H') {
                    count.incrementAndGet();
                }
                buffer.writeTo(out);
                buffer.reset();
            }
        }
    }

    /** Counts the statements of one connection. A Parse message names a statement, a Bind message binds it, an Execute message runs what is bound. */
    private final class Executed {

        private final Map<String, Boolean> controls = new HashMap<>();
        private boolean control;

        void message(int type, byte[] body) {
            switch (type) {
                case 'P' -> {
                    var name = string(body, 0);
                    controls.put(name, CONTROL.matcher(string(body, name.length() + 1)).matches());
                }
                case 'B' -> control = controls.getOrDefault(string(body, string(body, 0).length() + 1), false);
                case 'E' -> count(control);
                case 'Q' -> count(CONTROL.matcher(string(body, 0)).matches());
                default -> { }
            }
        }

        private void count(boolean isControl) {
            if (!isControl) {
                statements.incrementAndGet();
            }
        }

        /** The text from a position up to the next zero byte. A character per byte, so that lengths are right. */
        private static String string(byte[] body, int from) {
            int end = from;
            while (body[end] != 0) {
                end++;
            }
            return new String(body, from, end - from, StandardCharsets.ISO_8859_1);
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
