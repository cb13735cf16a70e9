package org.guildhall.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.guildhall.client.Guildhall;
import org.guildhall.client.model.ListHouseholdsOptions;
import org.guildhall.client.model.ListOperationalTasksOptions;
import org.guildhall.client.model.NewOperationalTask;
import org.guildhall.client.model.NewTaskOwner;
import org.guildhall.client.model.NewTaskSource;
import org.guildhall.client.model.OperationalTaskState;
import org.guildhall.client.model.TaskOwnerKind;
import org.guildhall.client.model.TaskReason;

/** The tasks of the people who run Winter Street. They are in {@code winter-street-tasks.json}, beside this class. */
final class GymTasks {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 1;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Guildhall guildhall;

    private GymTasks(Guildhall guildhall) {
        this.guildhall = guildhall;
    }

    static void fill(Guildhall guildhall, Progress progress) {
        var tasks = new GymTasks(guildhall);
        entries().forEach(tasks::task);
        progress.step("the tasks of front desk, owner and coach");
    }

    private static JsonNode entries() {
        try (var in = GymTasks.class.getResourceAsStream("winter-street-tasks.json")) {
            return JSON.readTree(Objects.requireNonNull(in));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void task(JsonNode entry) {
        var tasks = guildhall.tasks().operationalTasks();
        var externalId = entry.get("external_id").asText();
        var task = CatalogSeed.ensure(
                () -> tasks.list(new ListOperationalTasksOptions().withExternalId(externalId)),
                () -> tasks.create(new NewOperationalTask(entry.get("title").asText())
                        .withExternalId(externalId)
                        .withDetail(entry.get("detail").asText())
                        .withOwner(new NewTaskOwner(
                                TaskOwnerKind.of(entry.at("/owner/kind").asText()), entry.at("/owner/name").asText()))
                        .withSource(new NewTaskSource(entry.get("workflow").asText()).withEntityId(household(entry)))));
        if (task.state().equals(OperationalTaskState.OPEN)) {
            switch (entry.get("state").asText()) {
                case "in_progress" -> tasks.start(task.id());
                case "blocked" -> tasks.block(task.id(), new TaskReason(entry.get("reason").asText()));
                default -> {}
            }
        }
    }

    /** The household that a task is about; null if it is about none. */
    private String household(JsonNode entry) {
        return entry.has("household")
                ? guildhall.runtime().households().list(new ListHouseholdsOptions().withExternalId(entry.get("household").asText())).data().getFirst().id()
                : null;
    }
}
