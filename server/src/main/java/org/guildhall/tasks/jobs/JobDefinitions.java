package org.guildhall.tasks.jobs;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The jobs that the rooms offer, by name. */
final class JobDefinitions {

    private final TreeMap<String, JobDefinition> byName = new TreeMap<>();

    JobDefinitions(List<JobDefinition> all) {
        for (var definition : all) {
            if (byName.put(definition.name(), definition) != null) {
                throw new IllegalStateException("two jobs have the name " + definition.name());
            }
        }
    }

    Collection<JobDefinition> all() {
        return byName.values();
    }

    List<String> names() {
        return List.copyOf(byName.keySet());
    }

    /** The job of a name; null if no room offers it. */
    @Nullable JobDefinition get(String name) {
        return byName.get(name);
    }
}
