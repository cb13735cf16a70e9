package org.guildhall.core.http;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.Id;
import org.jspecify.annotations.Nullable;

/** What one unit of work changed, as it tells: the content of its audit event, in the order of telling. The first is what the event is about. */
public final class Changes {

    /** An entity that was touched, in the wire form; {@code before} is null for a new one. */
    public record Change(String entityType, UUID id, String idText, @Nullable Object before, Object after) {}

    private static final ClassValue<String> ENTITY_TYPES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> id) {
            return Spec.entityType(id.getSimpleName());
        }
    };

    private final List<Change> all = new ArrayList<>();

    /** Tells that something was made. */
    public void created(Id id, Object after) {
        changed(id, null, after);
    }

    /** Tells that something was changed. Told twice, it is one change from what it first was to what it is last. */
    public void changed(Id id, @Nullable Object before, Object after) {
        var text = id.toString();
        for (int at = 0; at < all.size(); at++) {
            var earlier = all.get(at);
            if (earlier.idText().equals(text)) {
                all.set(at, new Change(earlier.entityType(), earlier.id(), text, earlier.before(), after));
                return;
            }
        }
        all.add(new Change(ENTITY_TYPES.get(id.getClass()), id.value(), text, before, after));
    }

    /** Whether nothing was told. */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    List<Change> all() {
        return all;
    }
}
