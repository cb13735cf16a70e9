package org.guildhall.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.guildhall.Http;
import org.guildhall.api.Operation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A dry run of each operation that has one: the real call's answer, and nothing left of it. */
class EveryDryRunTest {

    static Stream<Operation> dryRuns() {
        return Arrays.stream(Operation.values()).filter(Operation::dryRun);
    }

    @ParameterizedTest
    @MethodSource("dryRuns")
    void aDryRunAnswersWhatWouldHaveBeenAndLeavesNoTrace(Operation operation) throws SQLException {
        var world = EveryOperationTest.home(operation);
        var request = world.request(operation);
        var before = world.everything();
        var dry = request.at(request.path() + "?dry_run=true");
        var tried = world.send(dry, "Idempotency-Key", world.word()).expect(operation.status());
        var told = world.send(dry, "Accept", Http.DRY_RUN).expect(operation.status());
        assertEquals(before, world.everything());
        for (var answer : List.of(tried, told)) {
            assertEquals("true", answer.header("Dry-Run"));
            assertNull(answer.header("Location"));
            assertNull(answer.header("ETag"));
            assertFalse(operation.secret() && answer.text().matches("(?s).*(gld_(test|live|pub)_[0-9A-Za-z]{12}|gin)_.*"), answer.text());
        }
        var real = world.send(request).expect(operation.status());
        assertNull(real.header("Dry-Run"));
        assertEquals(real.header("Content-Type"), tried.header("Content-Type"));
        if (operation.responseType() == null) {
            assertEquals("", tried.text() + told.text());
            return;
        }
        assertEquals(Http.DRY_RUN, told.header("Content-Type"));
        assertEquals(EveryOperationTest.names(real.json()), EveryOperationTest.names(tried.json()));
        assertEquals(EveryOperationTest.names(real.json()), EveryOperationTest.names(told.json().get("result")));
        assertEquals(Integer.toString(operation.status()), told.at("/status"));
        assertTrue(told.json().get("changes").size() > 0 || operation.status() == 200, "a dry run that would change nothing: " + told.text());
    }
}
