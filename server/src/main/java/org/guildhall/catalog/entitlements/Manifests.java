package org.guildhall.catalog.entitlements;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.guildhall.api.model.NewResourceKey;
import org.guildhall.catalog.entitlements.IntegrationStore.ResourceKey;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;

/** The rules of an integration's resource keys: each key once, with the integration's prefix. */
final class Manifests {

    private Manifests() {}

    /** The keys sorted by name. @throws ProblemException {@code validation_failed} with every mistake */
    static List<ResourceKey> keys(String integration, List<NewResourceKey> registered) {
        var wrong = new ArrayList<Item>();
        var seen = new HashSet<String>();
        for (int at = 0; at < registered.size(); at++) {
            var key = registered.get(at).key();
            var pointer = "/resource_keys/" + at + "/key";
            if (!key.startsWith(integration + ".")) {
                wrong.add(Item.pointer(pointer, "foreign_key", "The keys of this integration must begin with " + integration + " and a dot."));
            }
            if (!seen.add(key)) {
                wrong.add(Item.pointer(pointer, "repeated", "Duplicate resource key."));
            }
        }
        if (!wrong.isEmpty()) {
            throw Problem.VALIDATION_FAILED.because("Some resource keys can't be registered; see errors.").withAll(wrong);
        }
        return registered.stream()
                .map(key -> new ResourceKey(key.key(), key.displayName(), key.unit(), key.kind().value()))
                .sorted(Comparator.comparing(ResourceKey::key))
                .toList();
    }
}
