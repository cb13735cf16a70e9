package org.guildhall.core.json;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.TypeIds;
import org.jspecify.annotations.Nullable;

/** Converts entity types and UUIDs to TypeIDs, and back. */
public final class EntityIds {

    /** The type and UUID behind a TypeID. */
    public record EntityRef(String type, UUID id) {}

    private static final int PREFIX_LENGTH = 3;

    private final Map<String, String> prefixes;
    private final Map<String, String> types = new HashMap<>();

    /** @param prefixes the TypeID prefix of each entity type, from the spec */
    public EntityIds(Map<String, String> prefixes) {
        this.prefixes = Map.copyOf(prefixes);
        prefixes.forEach((type, prefix) -> types.put(prefix, type));
    }

    /** The TypeID. */
    public String id(String type, UUID id) {
        var prefix = prefixes.get(type);
        if (prefix == null) {
            throw new IllegalStateException("the spec has no id prefix for " + type);
        }
        return TypeIds.format(prefix, id);
    }

    /** Parses a TypeID; null if its prefix is unknown. */
    public @Nullable EntityRef read(String id) {
        var type = types.get(id.substring(0, PREFIX_LENGTH));
        try {
            return type == null ? null : new EntityRef(type, TypeIds.parse(id.substring(0, PREFIX_LENGTH), id));
        } catch (IllegalArgumentException none) {
            return null;
        }
    }
}
