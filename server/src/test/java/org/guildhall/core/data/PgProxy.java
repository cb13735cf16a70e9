package org.guildhall.core.data;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A proxy between a server and its PostgreSQL that counts round trips in the client's messages: each Sync and each simple query
 * is one, since the client waits for its answer. It can also stop answering like a hanging database, and cut every connection.
 */
public final class PgProxy implements AutoCloseable {

    private static final int SSL_REQUEST = 80_877_103;
    private static final int GSS_REQUEST = 80_877_104;
    private static final Pattern PORT = Pattern.compile("(?<=:)\\d+(?=/)");

    private final ServerSocket listener;
    private final DbConfig direct;
    private final int target;
    private final AtomicLong trips = new AtomicLong();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final @Nullable Consumer<String> notices;
    private volatile boolean hanging;

    /** A proxy in front of a PostgreSQL on this machine. */
    public PgProxy(DbConfig direct) throws IOException {
        this(direct, null);
    }

    /** @param notices gets the texts of the server's notices; null to leave them unread */
    public PgProxy(DbConfig direct, @Nullable Consumer<String> notices) throws IOException {
        this.direct = direct;
        this.notices = notices;
        var port = PORT.matcher(direct.url());
        if (!port.find()) {
            throw new IllegalArgumentException("no port in " + direct.url());
        }
        this.target = Integer.parseInt(port.group());
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("accept", this::accept);
    }

    /** The settings of a server that reaches the database through the proxy. */
    public DbConfig through() {
        var url = PORT.matcher(direct.url()).replaceFirst(Integer.toString(listener.getLocalPort()));
        return new DbConfig(url, direct.user(), direct.password(), 4, direct.poolWait());
    }

    /** The round trips so far. */
    public long trips() {
        return trips.get();
    }

    /** Stops or resumes: a hanging proxy neither forwards nor answers messages. */
    public void hang(boolean now) {
        hanging = now;
    }

    /** Cuts all open connections; it accepts new ones. */
    public void cut() {
        sockets.forEach(PgProxy::closeQuietly);
        sockets.clear();
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void start(String name, Work work) {
        Thread.ofPlatform().daemon().name("pg-proxy-" + name).start(() -> {
            try {
                work.run();
            } catch (Exception over) {
                // The end of a connection is expected.
            }
        });
    }

    private void accept() throws IOException {
        while (true) {
            var client = listener.accept();
            var server = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            sockets.addAll(List.of(client, server));
            start("up", () -> countEnds(client, server, () -> up(new DataInputStream(client.getInputStream()), server.getOutputStream())));
            start("down", () -> countEnds(client, server, () -> down(server, client, notices)));
        }
    }

    private static void countEnds(Socket one, Socket other, Work work) throws Exception {
        try {
            work.run();
        } finally {
            closeQuietly(one);
            closeQuietly(other);
        }
    }

    private void up(DataInputStream in, OutputStream out) throws Exception {
        boolean begun = false;
        while (true) {
            int type = begun ? in.readUnsignedByte() : -1;
            int length = in.readInt();
            var body = in.readNBytes(length - 4);
            if (!begun) {
                int code = ByteBuffer.wrap(body).getInt();
                begun = code != SSL_REQUEST && code != GSS_REQUEST;
            }
            // BEGIN goes out with the first statement behind it, in one packet; the client doesn't wait for its response.
            if (type == 'S' || type == 'Q' && !new String(body, StandardCharsets.US_ASCII).startsWith("BEGIN")) {
                trips.incrementAndGet();
            }
            while (hanging) {
                Thread.sleep(10);
            }
            var message = ByteBuffer.allocate(length + 1);
            if (type >= 0) {
                message.put((byte) type);
            }
            message.putInt(length).put(body);
            out.write(message.array(), 0, message.position());
        }
    }

    private static void down(Socket from, Socket to, @Nullable Consumer<String> notices) throws IOException {
        if (notices == null) {
            from.getInputStream().transferTo(to.getOutputStream());
            return;
        }
        var in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
        var out = new DataOutputStream(new BufferedOutputStream(to.getOutputStream()));
        boolean begun = false;
        while (true) {
            int type = in.readUnsignedByte();
            out.writeByte(type);
            // Before the first message there may be the refusal of encryption, a single byte.
            begun |= type != 'N';
            if (begun) {
                int length = in.readInt();
                var body = in.readNBytes(length - 4);
                out.writeInt(length);
                out.write(body);
                if (type == 'N') {
                    notices.accept(new String(body, StandardCharsets.UTF_8));
                }
            }
            if (in.available() == 0) {
                out.flush();
            }
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException ignored) {
            // The socket is unusable either way.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        hanging = false;
        cut();
    }
}
