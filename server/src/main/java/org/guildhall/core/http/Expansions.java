package org.guildhall.core.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * The references that {@code expand} can include. Each room adds a loader for its resources; a list costs one more round trip for each
 * reference, not for each entry.
 */
public final class Expansions {

    /** Loads resources of one kind by their UUIDs: wire records by TypeID. Invisible ones are left out. */
    private record Loader(String prefix, BiFunction<Tx, Collection<java.util.UUID>, Map<String, ?>> load) {}

    private final Map<String, Loader> loaders = new HashMap<>();

    /**
     * Adds a kind of resource.
     *
     * @param name the name in {@code expand}; the reference is the member {@code <name>_id}
     * @param prefix the prefix of its TypeIDs
     */
    public void offer(String name, String prefix, BiFunction<Tx, Collection<java.util.UUID>, Map<String, ?>> load) {
        if (loaders.put(name, new Loader(prefix, load)) != null) {
            throw new IllegalStateException("two rooms add a loader for " + name);
        }
    }

    /** @throws IllegalStateException if a reference in the path has no loader */
    void require(String path) {
        for (var name : path.split("\\.")) {
            if (!loaders.containsKey(name)) {
                throw new IllegalStateException("the spec allows expand=" + path + ", but no room has a loader for it");
            }
        }
    }

    /** Adds the referred resources beside their ids, in place. */
    void expand(Tx tx, JsonNode resources, List<String> paths) {
        var roots = resources.isArray() ? resources : Json.WIRE.createArrayNode().add(resources);
        for (var path : paths) {
            Iterable<JsonNode> level = roots;
            for (var name : path.split("\\.")) {
                level = step(tx, level, name);
            }
        }
    }

    private Iterable<JsonNode> step(Tx tx, Iterable<JsonNode> owners, String name) {
        var loader = loaders.get(name);
        Set<java.util.UUID> ids = new LinkedHashSet<>();
        owners.forEach(owner -> {
            var id = reference(owner, name);
            if (id != null && !owner.path(name).isObject()) {
                ids.add(TypeIds.parse(loader.prefix, id));
            }
        });
        Map<String, ?> found = ids.isEmpty() ? Map.of() : loader.load.apply(tx, ids);
        var next = Json.WIRE.createArrayNode();
        owners.forEach(owner -> {
            if (owner instanceof ObjectNode object && object.has(name + "_id")) {
                if (!object.path(name).isObject()) {
                    var id = reference(object, name);
                    object.set(name, id == null ? Json.WIRE.nullNode() : Json.WIRE.valueToTree(found.get(id)));
                }
                next.add(object.get(name));
            }
        });
        return next;
    }

    private static @Nullable String reference(JsonNode owner, String name) {
        return owner.path(name + "_id").textValue();
    }
}
