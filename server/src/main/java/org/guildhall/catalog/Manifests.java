package org.guildhall.catalog;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.guildhall.api.model.NewResourceKey;
import org.guildhall.catalog.IntegrationStore.ResourceKey;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;

/** What an integration may register: each key once, and only keys of its own. */
final class Manifests {

    private Manifests() {}

    /** The keys in the order of their names. @throws ProblemException {@code validation_failed} with every mistake */
    static List<ResourceKey> keys(String integration, List<NewResourceKey> registered) {
        var wrong = new ArrayList<Item>();
        var seen = new HashSet<String>();
        for (int at = 0; at < registered.size(); at++) {
            var key = registered.get(at).key();
            var pointer = "/resource_keys/" + at + "/key";
            if (!key.startsWith(integration + ".")) {
                wrong.add(Item.pointer(pointer, "foreign_key", "The keys of this integration begin with " + integration + " and a dot."));
            }
            if (!seen.add(key)) {
                wrong.add(Item.pointer(pointer, "repeated", "The key stands in the list before."));
            }
        }
        if (!wrong.isEmpty()) {
            throw Problem.VALIDATION_FAILED.because("The integration can't register all of these keys.").withAll(wrong);
        }
        return registered.stream()
                .map(key -> new ResourceKey(key.key(), key.displayName(), key.unit(), key.kind().value()))
                .sorted(Comparator.comparing(ResourceKey::key))
                .toList();
    }
}
