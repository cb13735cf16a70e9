package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.CONSUMERS;
import static org.guildhall.platform.PlatformFixture.STATUS;
import static org.guildhall.platform.PlatformFixture.TOKENS;
import static org.guildhall.platform.PlatformFixture.consumerBody;
import static org.guildhall.platform.PlatformFixture.pointers;
import static org.guildhall.platform.PlatformFixture.texts;
import static org.guildhall.platform.PlatformFixture.tokenBody;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.guildhall.Http;
import org.junit.jupiter.api.Test;

/** A caller can grant only scopes that it holds. */
class ScopeDelegationTest {

    private final PlatformFixture platform = new PlatformFixture();

    /** A caller that can manage consumers and tokens, and read the catalog. */
    private final Http clerk = platform.holding("platform:consumers:write", "platform:tokens:write", "catalog:read", "runtime:read");

    @Test
    void consumer_getsNoScopeThatItsCreatorLacks() {
        clerk.post(CONSUMERS, consumerBody("operator", "catalog:read")).expect(201);
        var refused = clerk.post(CONSUMERS, consumerBody("operator", "catalog:read", "catalog:write", "billing:read"));
        assertEquals("403 insufficient_scope", refused.outcome());
        assertEquals(List.of("/scopes/1", "/scopes/2"), pointers(refused));
        assertTrue(String.valueOf(refused.at("/detail")).contains("catalog:write, billing:read"), refused.text());
        assertEquals("catalog:write", refused.at("/required_scope"));
    }

    @Test
    void coarseScope_grantsOnlyTheScopesItIncludes() {
        clerk.post(CONSUMERS, consumerBody("operator", "runtime:grants:read", "runtime:persons:read")).expect(201);
        assertEquals("403 insufficient_scope", clerk.post(CONSUMERS, consumerBody("operator", "runtime:grants:write")).outcome());
        // All fine scopes together don't include the coarse scope.
        var fine = platform.holding("platform:consumers:write", "runtime:grants:read");
        assertEquals("403 insufficient_scope", fine.post(CONSUMERS, consumerBody("operator", "runtime:read")).outcome());
        assertEquals("403 insufficient_scope", platform.admin.post(CONSUMERS, consumerBody("operator", "platform:tenants:read")).outcome());
    }

    @Test
    void platformScopes_areGrantedByPlatformAdminsOnly() {
        var platformTenant = PlatformFixture.platform();
        var consumer = platformTenant.consumer("platform:tenants:read", "platform:tenants:write");
        platformTenant.token(consumer, "platform:tenants:read");
        var withoutTenants = platformTenant.holding("platform:read", "platform:write");
        assertEquals("403 insufficient_scope", withoutTenants.post(CONSUMERS, consumerBody("operator", "platform:tenants:read")).outcome());
    }

    @Test
    void memberConsumer_cannotPatchOperatorsCredentials() {
        var scopes = new String[] {"platform:consumers:write", "platform:tokens:write", "catalog:read"};
        var member = PlatformFixture.id(platform.admin.post(CONSUMERS, consumerBody("member", scopes)));
        var caller = platform.with(platform.token(member, scopes).clear());
        var operator = platform.consumer("catalog:read");
        assertEquals("403 insufficient_scope", caller.patch(CONSUMERS + "/" + operator, "{\"name\": \"Mine\"}").outcome());
        assertEquals("403 insufficient_scope", caller.patch(CONSUMERS + "/" + operator, "{\"rate_limit\": null, \"owner_name\": \"Me\"}").outcome());
        var token = platform.token(operator, "catalog:read");
        assertEquals("403 insufficient_scope", caller.patch(token.path(), "{\"name\": \"Mine\"}", "If-Match", "*").outcome());
        caller.patch(CONSUMERS + "/" + member, "{\"name\": \"Mine\"}").expect(200);
    }

    @Test
    void patch_addsOnlyHeldScopes_removesAny() {
        var consumer = platform.consumer("catalog:read", "catalog:write", "billing:read");
        var path = CONSUMERS + "/" + consumer;
        var refused = clerk.patch(path, "{\"scopes\": %s}".formatted(texts("catalog:read", "catalog:write", "billing:read", "billing:write")));
        assertEquals("403 insufficient_scope", refused.outcome());
        assertEquals(List.of("/scopes/3"), pointers(refused));
        clerk.patch(path, "{\"scopes\": %s}".formatted(texts("catalog:read", "catalog:write"))).expect(200);
        clerk.patch(path, "{\"scopes\": %s}".formatted(texts("catalog:read", "runtime:read"))).expect(200);
        assertEquals("403 insufficient_scope", clerk.patch(path, "{\"scopes\": %s}".formatted(texts("catalog:write"))).outcome());
    }

    @Test
    void token_getsNoScopeItsCreatorOrConsumerLacks() {
        var consumer = platform.consumer("catalog:read", "catalog:write");
        clerk.post(TOKENS, tokenBody(consumer, "", "catalog:read")).expect(201);
        var beyondCaller = clerk.post(TOKENS, tokenBody(consumer, "", "catalog:read", "catalog:write"));
        assertEquals("403 insufficient_scope", beyondCaller.outcome());
        assertEquals(List.of("/scopes/1"), pointers(beyondCaller));
        var beyondConsumer = platform.admin.post(TOKENS, tokenBody(consumer, "", "catalog:read", "billing:read"));
        assertEquals("422 validation_failed", beyondConsumer.outcome());
        assertEquals(List.of("/scopes/1"), pointers(beyondConsumer));
    }

    @Test
    void tokenPatch_addsOnlyHeldScopes() {
        var consumer = platform.consumer("catalog:read", "catalog:write", "billing:read");
        var token = platform.token(consumer, "billing:read");
        assertEquals("403 insufficient_scope",
                clerk.patch(token.path(), "{\"scopes\": %s}".formatted(texts("billing:read", "catalog:write")), "If-Match", "*").outcome());
        assertEquals("422 validation_failed",
                platform.admin.patch(token.path(), "{\"scopes\": %s}".formatted(texts("billing:write")), "If-Match", "*").outcome());
        clerk.patch(token.path(), "{\"scopes\": %s}".formatted(texts("billing:read", "catalog:read")), "If-Match", "*").expect(200);
        clerk.patch(token.path(), "{\"scopes\": %s}".formatted(texts("catalog:read")), "If-Match", "*").expect(200);
        assertEquals("403 insufficient_scope",
                clerk.patch(token.path(), "{\"scopes\": %s}".formatted(texts("billing:read")), "If-Match", "*").outcome());
    }

    @Test
    void tokenExtension_needsTheTokensScopes() {
        var token = platform.token(platform.consumer("billing:read"), "billing:read");
        var month = Instant.now().plus(30, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        clerk.patch(token.path(), "{\"expires_at\": \"%s\"}".formatted(month), "If-Match", "*").expect(200);
        for (var longer : List.of("null", "\"" + month.plusSeconds(1) + "\"")) {
            assertEquals("403 insufficient_scope", clerk.patch(token.path(), "{\"expires_at\": %s}".formatted(longer), "If-Match", "*").outcome());
        }
        clerk.patch(token.path(), "{\"expires_at\": \"%s\"}".formatted(month.minusSeconds(1)), "If-Match", "*").expect(200);
        platform.admin.patch(token.path(), "{\"expires_at\": null}", "If-Match", "*").expect(200);
    }

    @Test
    void tokenRotation_needsTheTokensScopes() {
        var token = platform.token(platform.consumer("billing:read"), "billing:read");
        assertEquals("403 insufficient_scope", clerk.post(token.path() + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", "*").outcome());
        platform.admin.post(token.path() + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", "*").expect(201);
    }

    @Test
    void revocation_needsOnlyTheRevokeScope() {
        var token = platform.token(platform.consumer("billing:read"), "billing:read");
        clerk.post(token.path() + "/revoke", null).expect(200);
    }

    @Test
    void effectiveScopes_areThoseOfBothTokenAndConsumer() {
        var consumer = platform.consumer("platform:consumers:write", "catalog:read", "catalog:write");
        var narrowed = platform.with(platform.token(consumer, "platform:consumers:write", "catalog:read", "catalog:write").clear());
        narrowed.post(CONSUMERS, consumerBody("operator", "catalog:write")).expect(201);
        platform.admin.patch(CONSUMERS + "/" + consumer, "{\"scopes\": %s}".formatted(texts("platform:consumers:write", "catalog:read"))).expect(200);
        assertEquals(2, narrowed.get(STATUS).expect(200).json().get("scopes").size());
        assertEquals("403 insufficient_scope", narrowed.post(CONSUMERS, consumerBody("operator", "catalog:write")).outcome());
    }

    @Test
    void memberToken_cannotCreateOperatorCredentials() {
        var operators = platform.consumer("catalog:read");
        var members = PlatformFixture.id(platform.admin.post(CONSUMERS, consumerBody("member", "platform:write", "catalog:read", "runtime:read")));
        var member = platform.with(platform.token(members, "platform:write", "catalog:read", "runtime:read").clear());
        assertEquals("member", member.get(STATUS).at("/consumer/acts_as"));
        assertEquals("403 insufficient_scope", member.post(CONSUMERS, consumerBody("operator", "catalog:read")).outcome());
        var made = PlatformFixture.id(member.post(CONSUMERS, consumerBody("member", "catalog:read")));
        assertEquals("403 insufficient_scope", member.patch(CONSUMERS + "/" + made, "{\"acts_as\": \"operator\"}").outcome());
        assertEquals("403 insufficient_scope",
                member.patch(CONSUMERS + "/" + operators, "{\"scopes\": %s}".formatted(texts("catalog:read", "runtime:read"))).outcome());
        assertEquals("403 insufficient_scope", member.patch(CONSUMERS + "/" + operators, "{\"name\": \"Renamed\"}").outcome());
        assertEquals("403 insufficient_scope", member.post(TOKENS, tokenBody(operators, "", "catalog:read")).outcome());
        member.post(TOKENS, tokenBody(made, "", "catalog:read")).expect(201);
        var token = platform.token(operators, "catalog:read");
        assertEquals("403 insufficient_scope", member.post(token.path() + "/rotate", "{\"overlap_seconds\": 0}", "If-Match", "*").outcome());
    }
}
