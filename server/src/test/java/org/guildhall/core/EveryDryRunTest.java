package org.guildhall.core;

import static org.guildhall.core.OperationGroup.DRY_RUNS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.Operation;

/** The dry runs of all operations that have one. */
class EveryDryRunTest {

    @ForEach(DRY_RUNS)
    void dryRun_equalsTheRealCall_andChangesNothing(Operation operation) throws SQLException {
        if (OperationGroup.ofThePlatform(operation)) {
            compareInThePlatform(operation);
        } else {
            compare(operation, SampleTenants.still(operation));
        }
    }

    /** Tenants are rows of the platform: while its rows are compared, no other test can create a tenant. */
    private static void compareInThePlatform(Operation operation) throws SQLException {
        synchronized (SampleTenants.class) {
            compare(operation, new SampleData(TestServer.withoutScheduler().platform()));
        }
    }

    private static void compare(Operation operation, SampleData samples) throws SQLException {
        var request = samples.request(operation);
        var dry = request.at(request.path() + "?dry_run=true");
        Http.Reply tried;
        Http.Reply envelope;
        try (var superuser = samples.tenant.server().superuser()) {
            var before = TenantTables.content(superuser, samples.tenant.id());
            tried = samples.send(dry, "Idempotency-Key", samples.word()).expect(operation.status());
            envelope = samples.send(dry, "Accept", Http.DRY_RUN).expect(operation.status());
            assertEquals(before, TenantTables.content(superuser, samples.tenant.id()));
        }
        for (var answer : List.of(tried, envelope)) {
            assertEquals("true", answer.header("Dry-Run"));
            assertNull(answer.header("Location"));
            assertNull(answer.header("ETag"));
            assertFalse(operation.secret() && answer.text().matches("(?s).*(gld_(test|live|pub)_[0-9A-Za-z]{12}|gin)_.*"), answer.text());
        }
        var real = samples.send(request).expect(operation.status());
        assertNull(real.header("Dry-Run"));
        assertEquals(real.header("Content-Type"), tried.header("Content-Type"));
        if (operation.responseType() == null) {
            assertEquals("", tried.text() + envelope.text());
            return;
        }
        assertEquals(Http.DRY_RUN, envelope.header("Content-Type"));
        assertEquals(EveryOperationTest.names(real.json()), EveryOperationTest.names(tried.json()));
        assertEquals(EveryOperationTest.names(real.json()), EveryOperationTest.names(envelope.json().get("result")));
        assertEquals(Integer.toString(operation.status()), envelope.at("/status"));
        assertTrue(envelope.json().get("changes").size() > 0 || operation.status() == 200, "a dry run that would change nothing: " + envelope.text());
    }
}
