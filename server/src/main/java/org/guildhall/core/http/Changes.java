package org.guildhall.core.http;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.Id;
import org.jspecify.annotations.Nullable;

/** What one unit of work changed, as it tells: the content of its audit event, in the order of telling. The first is what the event is about. */
public final class Changes {

    /** An entity that was touched, in the wire form; {@code before} is null for a new one, {@code after} for one that is gone. */
    public record Change(String entityType, UUID id, String idText, @Nullable Object before, @Nullable Object after) {}

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

    /** Tells that something is no longer there. */
    public void deleted(Id id, Object before) {
        tell(id, before, null);
    }

    /** Tells that something was changed. Told twice, it is one change from what it first was to what it is last. */
    public void changed(Id id, @Nullable Object before, Object after) {
        tell(id, before, after);
    }

    /** Tells all that another part of the same work told, behind what was told so far. */
    public void followedBy(Changes others) {
        others.all.forEach(this::tell);
    }

    private void tell(Id id, @Nullable Object before, @Nullable Object after) {
        tell(new Change(ENTITY_TYPES.get(id.getClass()), id.value(), id.toString(), before, after));
    }

    private void tell(Change change) {
        for (int at = 0; at < all.size(); at++) {
            var earlier = all.get(at);
            if (earlier.idText().equals(change.idText())) {
                all.set(at, new Change(earlier.entityType(), earlier.id(), earlier.idText(), earlier.before(), change.after()));
                return;
            }
        }
        all.add(change);
    }

    /** Whether nothing was told. */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    List<Change> all() {
        return all;
    }
}
