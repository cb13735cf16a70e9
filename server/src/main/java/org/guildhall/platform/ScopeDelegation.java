package org.guildhall.platform;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.auth.Scopes;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;

/** Callers can only give away scopes that they hold, whether to a consumer or to a token. */
final class ScopeDelegation {

    /** The suffix of scopes that a publishable token may hold: they only open data made for the public. */
    private static final String PUBLIC = ":public";

    private ScopeDelegation() {}

    /** Refuses scopes that the caller doesn't hold. {@code listed} is the body's list, for pointers to its entries. */
    static void requireHeld(Caller caller, Collection<String> given, List<String> listed) {
        var missing = Scopes.missing(caller.scopes(), given);
        if (!missing.isEmpty()) {
            throw Problem.INSUFFICIENT_SCOPE
                    .because("A token can only give away scopes that it holds. Missing: " + String.join(", ", missing) + ".")
                    .member("required_scope", missing.getFirst())
                    .withAll(pointing(missing, listed, "not_held", "The caller doesn't hold this scope."));
        }
    }

    /** Refuses a caller that acts as a member, if it manages a consumer that acts as an operator. */
    static void requireActsAs(Caller caller, String actsAs) {
        if (caller.isMember() && !actsAs.equals("member")) {
            throw Problem.INSUFFICIENT_SCOPE.because("A caller that acts as a member can't give scopes to one that acts as an " + actsAs + ".");
        }
    }

    /** The wanted scopes that the earlier ones don't include. */
    static List<String> added(List<String> before, List<String> wanted) {
        return Scopes.missing(new HashSet<>(before), wanted);
    }

    /** Items for the added scopes that the token's consumer doesn't hold. */
    static List<Item> beyondConsumer(List<String> consumer, List<String> added, List<String> listed) {
        return pointing(Scopes.missing(new HashSet<>(consumer), added), listed, "not_of_consumer", "The consumer doesn't hold this scope.");
    }

    /** Items for the scopes that a publishable token can't hold. */
    static List<Item> beyondPublic(List<String> listed) {
        return pointing(listed.stream().filter(scope -> !scope.endsWith(PUBLIC)).toList(), listed, "not_publishable",
                "A publishable token can only hold scopes that end in " + PUBLIC + ".");
    }

    private static List<Item> pointing(List<String> wrong, List<String> listed, String code, String detail) {
        var items = new ArrayList<Item>();
        for (var scope : wrong) {
            items.add(Item.pointer("/scopes" + place(listed, scope), code, detail));
        }
        return items;
    }

    private static String place(List<String> listed, String scope) {
        int at = listed.indexOf(scope);
        return at < 0 ? "" : "/" + at;
    }
}
