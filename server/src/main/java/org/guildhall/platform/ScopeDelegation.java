package org.guildhall.platform;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.auth.Scopes;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;

/** Nobody can give more than they hold: not to a consumer, not to a token, and not in another one's name. */
final class ScopeDelegation {

    /** How the scopes end that a token may hold which anybody can read: only what they open was made to be shown to anybody. */
    private static final String PUBLIC = ":public";

    private ScopeDelegation() {}

    /** Refuses scopes that the caller doesn't hold. {@code listed} is what the body lists, so that each can be pointed at. */
    static void requireHeld(Caller caller, Collection<String> given, List<String> listed) {
        var missing = Scopes.missing(caller.scopes(), given);
        if (!missing.isEmpty()) {
            throw Problem.INSUFFICIENT_SCOPE
                    .because("Nobody can give more than they hold, and this token doesn't hold " + String.join(", ", missing) + ".")
                    .member("required_scope", missing.getFirst())
                    .withAll(pointing(missing, listed, "not_held", "The caller doesn't hold this scope."));
        }
    }

    /** Refuses to let a member make or equip what acts as an operator. */
    static void requireActsAs(Caller caller, String actsAs) {
        if (caller.actsAs().equals("member") && !actsAs.equals("member")) {
            throw Problem.INSUFFICIENT_SCOPE.because("A caller that acts as a member can't give to what acts as an " + actsAs + ".");
        }
    }

    /** Those of the wanted scopes that what was there before doesn't include. */
    static List<String> added(List<String> before, List<String> wanted) {
        return Scopes.missing(new HashSet<>(before), wanted);
    }

    /** What is wrong with a token's scopes, seen from its consumer. */
    static List<Item> beyondConsumer(List<String> consumer, List<String> added, List<String> listed) {
        return pointing(Scopes.missing(new HashSet<>(consumer), added), listed, "not_of_consumer", "The consumer doesn't hold this scope.");
    }

    /** What is wrong with the scopes of a token that anybody can read. */
    static List<Item> beyondPublic(List<String> listed) {
        return pointing(listed.stream().filter(scope -> !scope.endsWith(PUBLIC)).toList(), listed, "not_publishable",
                "A publishable token may hold scopes that end in " + PUBLIC + " only.");
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
