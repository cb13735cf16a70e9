package org.guildhall.core.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Writes the log to standard error twenty times a second, all waiting lines at once. Requests neither wait for the writer nor wake it:
 * waking a thread for each line costs more than the lines. On overload, lines below warnings are dropped first, and a warning reports
 * their number.
 */
public final class BufferedLogAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int WAITING_MAX = 8192;
    /** Places reserved for warnings and errors. */
    private static final int RESERVED = WAITING_MAX / 8;
    /** The approximate size of a request's line. */
    private static final int LINE_BYTES = 512;

    private static final Set<Thread> WRITERS = ConcurrentHashMap.newKeySet();

    private final Queue<ILoggingEvent> waiting = new ConcurrentLinkedQueue<>();
    /** A separate count, since the queue counts itself by traversal. */
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private volatile boolean ending;
    private @Nullable Encoder<ILoggingEvent> encoder;
    private @Nullable Thread writer;

    /** Sets the encoder that turns an event into a line; called by the configuration. */
    public void setEncoder(Encoder<ILoggingEvent> encoder) {
        this.encoder = encoder;
    }

    @Override
    public void start() {
        if (encoder == null) {
            addError("the log has no encoder");
            return;
        }
        encoder.start();
        super.start();
        writer = Thread.ofPlatform().name("log").daemon().start(this::run);
        WRITERS.add(writer);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("log-end").unstarted(this::end));
    }

    @Override
    protected void append(ILoggingEvent event) {
        int most = event.getLevel().isGreaterOrEqual(Level.WARN) ? WAITING_MAX : WAITING_MAX - RESERVED;
        if (count.get() < most) {
            // The message's arguments may change before the event is written.
            event.prepareForDeferredProcessing();
            count.incrementAndGet();
            waiting.add(event);
        } else {
            dropped.incrementAndGet();
        }
        if (ending) {
            write();
        }
    }

    /** From here on lines are written at once, as the writer thread may have ended. */
    private void end() {
        ending = true;
        write();
    }

    /** True if the writer threads of all started appenders are alive. */
    public static boolean runs() {
        return WRITERS.stream().allMatch(Thread::isAlive);
    }

    private void run() {
        try {
            while (isStarted()) {
                Thread.sleep(PAUSE);
                writeOrDrop();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** The thread survives every failure: a line that can't be written is lost, and the next ones are written. */
    private void writeOrDrop() {
        try {
            write();
            long missing = dropped.getAndSet(0);
            if (missing > 0) {
                LoggerFactory.getLogger(BufferedLogAppender.class).warn("the log could not keep up: {} lines were dropped", missing);
            }
        } catch (Throwable failed) {
            dropped.incrementAndGet();
        }
    }

    private synchronized void write() {
        if (encoder == null || waiting.isEmpty()) {
            return;
        }
        int most = count.get();
        var lines = new ByteArrayOutputStream(LINE_BYTES * most);
        for (int at = 0; at < most && waiting.poll() instanceof ILoggingEvent event; at++) {
            count.decrementAndGet();
            lines.writeBytes(encoder.encode(event));
        }
        try {
            System.err.write(lines.toByteArray());
            System.err.flush();
        } catch (IOException impossible) {
            addError("the log can't be written", impossible);
        }
    }

    @Override
    public void stop() {
        super.stop();
        if (writer != null) {
            WRITERS.remove(writer);
            writer.interrupt();
        }
        write();
    }
}
