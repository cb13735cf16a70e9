package org.guildhall.core.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The request's own id, and the caller's trace (W3C Trace Context). */
class RequestIdsTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @Test
    void requestIds_areUniqueAndSortByTime() throws InterruptedException {
        var seen = new HashSet<String>();
        for (int count = 0; count < 10_000; count++) {
            assertTrue(seen.add(RequestIds.request()));
        }
        var first = RequestIds.request();
        Thread.sleep(5);
        assertTrue(first.compareTo(RequestIds.request()) < 0);
        assertTrue(first.matches("[A-Za-z0-9_-]{8,64}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"00-" + TRACE + "-00f067aa0ba902b7-01", "00-" + TRACE + "-00f067aa0ba902b7-00", "01-" + TRACE + "-00f067aa0ba902b7-01-future", "cc-" + TRACE + "-00f067aa0ba902b7-01"})
    void wellFormedTrace_isContinued(String traceparent) {
        assertEquals(TRACE, RequestIds.trace(traceparent));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", TRACE, "00-" + TRACE + "-00f067aa0ba902b7", "ff-" + TRACE + "-00f067aa0ba902b7-01", "00-" + TRACE + "-00f067aa0ba902b7-01-more",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-" + TRACE + "-0000000000000000-01", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        " 00-" + TRACE + "-00f067aa0ba902b7-01", "00-" + TRACE + "-00f067aa0ba902b7-1", "00_" + TRACE + "_00f067aa0ba902b7_01"})
    void malformedTrace_isReplaced(String traceparent) {
        var trace = RequestIds.trace(traceparent);
        assertTrue(trace.matches("[0-9a-f]{32}") && !trace.matches("0+"), trace);
        assertNotEquals(TRACE, trace);
        assertNotEquals(trace, RequestIds.trace(traceparent));
    }

    @Test
    void missingTrace_startsANewOne() {
        assertTrue(RequestIds.trace(null).matches("[0-9a-f]{32}"));
    }
}
