package org.guildhall.platform;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.TypeIds;
import org.jspecify.annotations.Nullable;

/** How any kind of entity is named outside: its type tells its id's prefix, and the other way round. */
final class EntityIds {

    /** An entity of any kind. */
    record Named(String type, UUID id) {}

    private static final int PREFIX_LENGTH = 3;

    private final Map<String, String> prefixes;
    private final Map<String, String> types = new HashMap<>();

    /** @param prefixes by type, as the spec lists them */
    EntityIds(Map<String, String> prefixes) {
        this.prefixes = Map.copyOf(prefixes);
        prefixes.forEach((type, prefix) -> types.put(prefix, type));
    }

    /** The id as it is written outside. */
    String id(String type, UUID id) {
        var prefix = prefixes.get(type);
        if (prefix == null) {
            throw new IllegalStateException("the spec has no id for a " + type);
        }
        return TypeIds.format(prefix, id);
    }

    /** What an id names; null if it names nothing that there could be. */
    @Nullable Named read(String id) {
        var type = types.get(id.substring(0, PREFIX_LENGTH));
        try {
            return type == null ? null : new Named(type, TypeIds.parse(id.substring(0, PREFIX_LENGTH), id));
        } catch (IllegalArgumentException none) {
            return null;
        }
    }
}
