package org.guildhall.core.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scopes include other scopes as the contract lists them. */
class ScopesTest {

    @ParameterizedTest
    @CsvSource({
        "catalog:read,            catalog:read,            true",
        "catalog:write,           catalog:write,           true",
        "catalog:write,           catalog:read,            false",
        "catalog:read,            catalog:write,           false",
        "runtime:write,           runtime:grants:write,    true",
        "runtime:write,           runtime:grants:read,     false",
        "runtime:read,            runtime:grants:read,     true",
        "runtime:grants:write,    runtime:write,           false",
        "runtime:grants:write,    runtime:pools:write,     false",
        "platform:read,           platform:audit:read,     true",
        "platform:write,          platform:tokens:write,   true",
        "platform:read,           platform:tenants:read,   false",
        "platform:write,          platform:tenants:write,  false",
        "platform:tenants:write,  platform:tenants:read,   false",
        "platform:tenants:read,   platform:tenants:read,   true",
        "schedule:read,           schedule:read:public,    true",
        "schedule:read:public,    schedule:read,           false",
        "schedule:write,          schedule:read:public,    false",
        "tasks:write,             tasks:jobs:run,          false",
        "tasks:read,              tasks:jobs:run,          false",
        "tasks:jobs:run,          tasks:jobs:run,          true",
        "catalog:read,            runtime:read,            false",
        "catalog:write,           runtime:grants:write,    false",
    })
    void scope_includesScopes_asDocumented(String held, String wanted, boolean included) {
        assertEquals(included, Scopes.covers(Set.of(held), wanted));
    }

    @Test
    void scope_isCoveredByItself_neverByTheEmptySet() {
        for (var scope : org.guildhall.api.Scopes.ALL) {
            assertFalse(Scopes.covers(Set.of(), scope));
            assertTrue(Scopes.covers(Set.of(scope), scope));
            if (scope.startsWith("platform:tenants:")) {
                var others = org.guildhall.api.Scopes.ALL.stream().filter(other -> !other.equals(scope)).toList();
                assertFalse(Scopes.covers(Set.copyOf(others), scope), scope + " is included in nothing");
            }
        }
    }

    @Test
    void missingScopes_areNamed() {
        assertEquals(List.of("catalog:read", "platform:tenants:read"),
                Scopes.missing(Set.of("catalog:write", "platform:read"), List.of("catalog:write", "catalog:read", "platform:audit:read", "platform:tenants:read")));
    }
}
