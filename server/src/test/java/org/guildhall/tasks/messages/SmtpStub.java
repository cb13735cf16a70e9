package org.guildhall.tasks.messages;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A mail server of this machine that answers as a test wants. {@code HANG} and {@code CLOSE} are answers, too. */
public final class SmtpStub implements AutoCloseable {

    public static final String HANG = "hang";
    public static final String CLOSE = "close";
    /** The end of the message, which the server answers like a command. */
    public static final String END = ".";

    private final ServerSocket listening;
    private final Map<String, String> answers;
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    private volatile long endMillis;

    public SmtpStub(Map<String, String> answers) {
        this(answers, 0);
    }

    /**
     * @param endMillis the time until the end of a message is answered
     * @param answers by the first word of a command in upper case, and {@link #END}; others are accepted
     */
    public SmtpStub(Map<String, String> answers, long endMillis) {
        this.answers = answers;
        this.endMillis = endMillis;
        try {
            this.listening = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** Sets the time until the end of a message is answered, from the next message on. */
    public void answerEndsAfter(long millis) {
        endMillis = millis;
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** The lines of the messages that were handed over, headers included. */
    public List<String> received() {
        return received;
    }

    private void accept() {
        try {
            while (true) {
                var socket = listening.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // The test has ended.
        }
    }

    private void serve(Socket socket) {
        try (socket; var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            answer(socket, answers.getOrDefault("CONNECT", "220 stub"));
            boolean inMessage = false;
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                if (inMessage && !line.equals(END)) {
                    received.add(line);
                    continue;
                }
                var command = inMessage ? END : line.split("[ :]")[0].toUpperCase(java.util.Locale.ROOT);
                var answer = answers.getOrDefault(command, command.equals("DATA") ? "354 go on" : "250 fine");
                inMessage = command.equals("DATA") && answer.startsWith("354");
                if (answer.equals(CLOSE)) {
                    return;
                }
                if (command.equals(END) && endMillis > 0) {
                    Thread.sleep(endMillis);
                }
                if (!answer.equals(HANG)) {
                    answer(socket, answer);
                }
            }
        } catch (IOException gone) {
            // The client has closed the connection.
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private static void answer(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (var socket : open) {
                socket.close();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
