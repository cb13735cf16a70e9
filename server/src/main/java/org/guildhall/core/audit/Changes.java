package org.guildhall.core.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Id;
import org.guildhall.core.json.Spec;
import org.jspecify.annotations.Nullable;

/**
 * What one unit of work changed, as it tells: the content of its audit event, in the order of telling. The first is what the event is
 * about. What had to be changed on the way to it is told {@link #aside()} and stands behind it, whenever it was told.
 */
public final class Changes {

    /** An entity that was touched, in the wire form; {@code before} is null for a new one, {@code after} for one that is gone. */
    public record Change(String entityType, UUID id, String idText, @Nullable Object before, @Nullable Object after) {}

    private static final ClassValue<String> ENTITY_TYPES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> id) {
            return Spec.entityType(id.getSimpleName());
        }
    };

    /** By the text of their ids, in the order of telling. */
    private final Map<String, Change> told;

    private final Map<String, Change> secondary;
    private final boolean isAside;

    public Changes() {
        this(new LinkedHashMap<>(), new LinkedHashMap<>(), false);
    }

    private Changes(Map<String, Change> told, Map<String, Change> aside, boolean isAside) {
        this.told = told;
        this.secondary = aside;
        this.isAside = isAside;
    }

    /** The same event, for telling what it isn't about. */
    public Changes secondary() {
        return new Changes(told, secondary, true);
    }

    /** Tells that something was made. */
    public void created(Id id, Object after) {
        changed(id, null, after);
    }

    /** Tells that something is no longer there. */
    public void deleted(Id id, Object before) {
        record(id, before, null);
    }

    /** Tells that something was changed. Told twice, it is one change from what it first was to what it is last. */
    public void changed(Id id, @Nullable Object before, Object after) {
        record(id, before, after);
    }

    private void record(Id id, @Nullable Object before, @Nullable Object after) {
        var text = id.toString();
        var type = ENTITY_TYPES.get(id.getClass());
        var earlier = told.getOrDefault(text, secondary.get(text));
        var change = new Change(type, id.value(), text, earlier == null ? before : earlier.before(), after);
        // What it is about stays so, and what it comes to be about is no longer beside it.
        if (!isAside || told.containsKey(text)) {
            secondary.remove(text);
            told.put(text, change);
        } else {
            secondary.put(text, change);
        }
    }

    /** Whether nothing was told. */
    public boolean isEmpty() {
        return told.isEmpty() && secondary.isEmpty();
    }

    public List<Change> all() {
        var all = new ArrayList<>(told.values());
        all.addAll(secondary.values());
        return all;
    }
}
