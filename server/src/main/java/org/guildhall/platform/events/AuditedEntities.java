package org.guildhall.platform.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.guildhall.api.TypeIds;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/** The API form of what the audit trail contains: ids of any kind, actors, and resources before and after a change. */
public final class AuditedEntities {

    private static final TypeReference<LinkedHashMap<String, Object>> MEMBERS = new TypeReference<>() {};

    /** The actor types of each id prefix. */
    private static final Map<String, Set<String>> ACTORS =
            Map.of("con", Set.of("operator", "member"), "run", Set.of("job"), "cnn", Set.of("webhook"));

    private final EntityIds ids;

    public AuditedEntities(EntityIds ids) {
        this.ids = ids;
    }

    /** The id of a resource. */
    public String id(String type, UUID id) {
        return ids.id(type, id);
    }

    /** The id of an actor; null for the platform itself. */
    public @Nullable String actor(String actorType, @Nullable UUID actorId) {
        return actorId == null ? null : ACTORS.entrySet().stream()
                .filter(kind -> kind.getValue().contains(actorType))
                .map(kind -> TypeIds.format(kind.getKey(), actorId))
                .findFirst()
                .orElseThrow();
    }

    /** The actor types that the prefix of an actor's id allows; null for an unknown prefix. */
    public static @Nullable Set<String> actorTypes(String prefix) {
        return ACTORS.get(prefix);
    }

    /** The members of a resource that the trail has as JSON. */
    public static @Nullable Map<String, Object> members(@Nullable String json) {
        try {
            return json == null ? null : Json.WIRE.readValue(json, MEMBERS);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("the audit trail contains invalid JSON", broken);
        }
    }
}
