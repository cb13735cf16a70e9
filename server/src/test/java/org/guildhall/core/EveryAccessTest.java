package org.guildhall.core;

import static org.guildhall.core.OperationGroup.ALLOWED_WHEN_SUSPENDED;
import static org.guildhall.core.OperationGroup.GUARDED;
import static org.guildhall.core.OperationGroup.SCOPED;
import static org.guildhall.core.OperationGroup.SUSPENDABLE;
import static org.guildhall.core.OperationGroup.WITH_IDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.Operation;
import org.guildhall.api.TypeIds;
import org.guildhall.core.auth.Scopes;
import org.guildhall.core.data.Ids;

/** The callers that operations refuse: without a token, a scope, their own resource, remaining quota or an active tenant. */
class EveryAccessTest {

    @ForEach(GUARDED)
    void call_withoutToken_isUnauthenticated(Operation operation) {
        var samples = SampleTenants.home(operation);
        var refused = samples.send(new Http(TestServer.shared(), null), samples.request(operation));
        assertEquals("401 unauthenticated", refused.outcome());
        assertTrue(String.valueOf(refused.header("WWW-Authenticate")).startsWith("Bearer "));
    }

    @ForEach(SCOPED)
    void call_withoutItsScope_isRefusedAndNamesIt(Operation operation) {
        var samples = SampleTenants.home(operation);
        var others = org.guildhall.api.Scopes.ALL.stream()
                .filter(scope -> OperationGroup.ofThePlatform(operation) || !scope.startsWith("platform:tenants:"))
                .filter(scope -> !Scopes.covers(Set.of(scope), String.valueOf(operation.scope())))
                .toArray(String[]::new);
        var refused = samples.send(new Http(TestServer.shared(), samples.tenant.token(others)), samples.request(operation));
        assertEquals("403 insufficient_scope", refused.outcome());
        assertEquals(operation.scope(), refused.at("/required_scope"));
        assertTrue(String.valueOf(refused.header("WWW-Authenticate")).contains("scope=\"" + operation.scope() + "\""));
    }

    @ForEach(WITH_IDS)
    void resourceOfAnotherTenant_isNotFound(Operation operation) {
        var ours = SampleTenants.ours();
        var request = ours.request(operation);
        var foreign = SampleTenants.theirs().request(operation).path();
        var never = operation.path();
        for (var parameter : Documented.prefixes(operation).entrySet()) {
            var id = parameter.getValue().isEmpty() ? ours.word() : TypeIds.format(parameter.getValue(), Ids.next());
            never = never.replace("{" + parameter.getKey() + "}", id);
        }
        var refused = ours.send(request.at(foreign)).expect(404);
        var nothing = ours.send(request.at(never)).expect(404);
        assertEquals(comparable(nothing), comparable(refused));
        assertEquals(headerNames(nothing), headerNames(refused));
    }

    @ForEach(WITH_IDS)
    void idOfAnotherKind_isNotFound(Operation operation) {
        var path = operation.path();
        for (var parameter : Documented.prefixes(operation).entrySet()) {
            if (parameter.getValue().isEmpty()) {
                return;
            }
            path = path.replace("{" + parameter.getKey() + "}", TypeIds.format("zzz", Ids.next()));
        }
        var ours = SampleTenants.ours();
        assertEquals("404 not_found", ours.send(ours.request(operation).at(path)).outcome());
    }

    @ForEach(GUARDED)
    void tokenOverItsLimit_isRefused(Operation operation) {
        var samples = SampleTenants.home(operation);
        var request = samples.request(operation);
        var limited = new Http(TestServer.shared(), PlatformExamples.limitedToken(samples, operation.rateCost(), 3600));
        var first = samples.send(limited, request).expect(operation.status());
        assertTrue(String.valueOf(first.header("RateLimit")).startsWith("\"token\";r=0;"), first.header("RateLimit"));
        var refused = samples.send(limited, request);
        assertEquals("429 rate_limited", refused.outcome());
        assertEquals("token", refused.at("/violated_policies/0"));
        assertTrue(Integer.parseInt(String.valueOf(refused.header("Retry-After"))) > 0);
        assertTrue(String.valueOf(refused.header("RateLimit-Policy")).contains("\"token\";q=" + operation.rateCost() + ";w=3600"));
    }

    @ForEach(SUSPENDABLE)
    void suspendedTenant_changesNothing(Operation operation) throws SQLException {
        var samples = new SampleData(TestServer.shared().tenant());
        var request = samples.request(operation);
        samples.tenant.suspend();
        assertEquals("403 tenant_suspended", samples.send(request).outcome());
        samples.tenant.reactivate();
        samples.send(request).expect(operation.status());
    }

    @ForEach(ALLOWED_WHEN_SUSPENDED)
    void suspendedTenant_canCallWhatTheDocumentAllows(Operation operation) throws SQLException {
        var samples = new SampleData(TestServer.shared().tenant());
        var request = samples.request(operation);
        samples.tenant.suspend();
        samples.send(request).expect(operation.status());
    }

    /** The problem without the members that differ from request to request. */
    private static String comparable(Http.Reply reply) {
        return reply.text().replaceAll("\"(instance|request_id)\":\"[^\"]*\"", "\"$1\":\"\"");
    }

    private static Set<String> headerNames(Http.Reply reply) {
        return new TreeSet<>(reply.headers().map().keySet());
    }
}
