package org.guildhall.core.work;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.guildhall.TestServer;
import org.guildhall.core.data.Clock;
import org.guildhall.core.data.DueTasks;
import org.guildhall.core.log.BufferedLogAppender;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The server's own threads survive any error, and a dead or hanging one is reported. */
class BackgroundThreadsTest {

    private static boolean within(int seconds, BooleanSupplier condition) throws InterruptedException {
        for (int left = seconds * 20; left > 0; left--) {
            if (condition.getAsBoolean()) {
                return true;
            }
            Thread.sleep(50);
        }
        return false;
    }

    @Test
    void logThread_afterAnError_continues() throws Exception {
        var encoded = new AtomicInteger();
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        var writer = new BufferedLogAppender();
        writer.setContext(context);
        writer.setEncoder(new EncoderBase<>() {
            @Override
            public byte[] headerBytes() {
                return new byte[0];
            }

            @Override
            public byte[] encode(ILoggingEvent event) {
                if (encoded.incrementAndGet() == 1) {
                    throw new OutOfMemoryError("thrown by the test");
                }
                return new byte[0];
            }

            @Override
            public byte[] footerBytes() {
                return new byte[0];
            }
        });
        writer.start();
        try {
            var logger = context.getLogger("test");
            writer.doAppend(new LoggingEvent("fqcn", logger, Level.WARN, "lost", null, null));
            assertTrue(within(10, () -> encoded.get() >= 1));
            Thread.sleep(200);
            writer.doAppend(new LoggingEvent("fqcn", logger, Level.WARN, "written", null, null));
            assertTrue(within(10, () -> encoded.get() >= 2), "the thread died of an error");
            assertTrue(BufferedLogAppender.runs());
        } finally {
            writer.stop();
        }
    }

    private static DataSource failing(BooleanSupplier fails, Runnable otherwise) {
        var pool = TestServer.withoutScheduler().db().pool();
        return (DataSource) Proxy.newProxyInstance(DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
            if (method.getName().equals("getConnection")) {
                if (fails.getAsBoolean()) {
                    throw new InternalError("thrown by the test");
                }
                otherwise.run();
            }
            return method.invoke(pool, arguments);
        });
    }

    @Test
    void scheduler_afterDriverErrors_continues() throws Exception {
        var asked = new AtomicInteger();
        var looked = new AtomicInteger();
        try (var work = new TaskQueue(failing(() -> asked.incrementAndGet() % 2 == 0, looked::incrementAndGet), new Clock(), new DueTasks(), 2, tenant -> true, Duration.ofMinutes(6))) {
            work.start();
            assertTrue(within(30, () -> asked.get() > 6 && looked.get() > 3), asked + " asked, " + looked + " looked");
            assertTrue(work.runs());
        }
    }

    @Test
    void hangingScheduler_isReported() throws Exception {
        var hangs = new java.util.concurrent.atomic.AtomicBoolean();
        var released = new CountDownLatch(1);
        try (var work = new TaskQueue(failing(() -> false, () -> {
            if (hangs.get()) {
                try {
                    released.await();
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            }
        }), new Clock(), new DueTasks(), 2, tenant -> true, Duration.ofSeconds(3))) {
            work.start();
            assertTrue(work.runs());
            assertFalse(work.hasStalled());
            hangs.set(true);
            assertTrue(within(20, work::hasStalled), "the hanging scheduler isn't reported");
            assertFalse(work.runs());
            hangs.set(false);
            released.countDown();
            assertTrue(within(20, work::runs));
        }
    }
}
