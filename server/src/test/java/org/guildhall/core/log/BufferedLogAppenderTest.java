package org.guildhall.core.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** The lines of the log. */
class BufferedLogAppenderTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final LoggerContext context = new LoggerContext();

    private LoggingEvent event(Level level, String message, Throwable thrown) {
        var event = new LoggingEvent("fqcn", context.getLogger("access"), level, message, thrown, null);
        event.setInstant(Instant.parse("2026-11-21T10:00:00.000001Z"));
        return event;
    }

    private JsonNode line(LoggingEvent event) throws IOException {
        var bytes = new JsonLogEncoder().encode(event);
        var text = new String(bytes, StandardCharsets.US_ASCII);
        assertEquals(text.length() - 1, text.indexOf('\n'), "an event is one line");
        return JSON.readTree(bytes);
    }

    @Test
    void members_areWrittenBesideTheMessage() throws IOException {
        var event = event(Level.INFO, "request", null);
        event.addKeyValuePair(new KeyValuePair("operation", "listProducts"));
        event.addKeyValuePair(new KeyValuePair("status", 200));
        event.addKeyValuePair(new KeyValuePair("micros", 1234L));
        event.addKeyValuePair(new KeyValuePair("tenant", null));
        assertEquals(JSON.readTree("""
                {"timestamp": "2026-11-21T10:00:00.000001Z", "level": "INFO", "logger": "access", "message": "request",
                 "operation": "listProducts", "status": 200, "micros": 1234, "tenant": null}"""), line(event));
    }

    @Test
    void anyText_isLoggedAsOneLine() throws IOException {
        assertEquals("a\nb\u0000c\"é\ud83d\ude00", line(event(Level.WARN, "a\nb\u0000c\"é\ud83d\ude00", null)).get("message").asText());
        assertTrue(new String(new JsonLogEncoder().encode(event(Level.WARN, "half \ud800", null)), StandardCharsets.US_ASCII).contains("half \\uD800"));
    }

    @Test
    void exception_isLoggedWithItsCause() throws IOException {
        var thrown = line(event(Level.ERROR, "failed", new IllegalStateException("outer", new IOException("inner")))).get("throwable").asText();
        assertTrue(thrown.startsWith("java.lang.IllegalStateException: outer"), thrown);
        assertTrue(thrown.contains("Caused by: java.io.IOException: inner"), thrown);
    }
}
