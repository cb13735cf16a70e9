package org.guildhall.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.guildhall.client.Guildhall;
import org.guildhall.client.model.ListHouseholdsOptions;
import org.guildhall.client.model.ListOperationalTasksOptions;
import org.guildhall.client.model.ListPersonsOptions;
import org.guildhall.client.model.ListPickupAuthoritiesOptions;
import org.guildhall.client.model.NewAuthorizedPerson;
import org.guildhall.client.model.NewOperationalTask;
import org.guildhall.client.model.NewPickupAuthority;
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
        tasks.pickup();
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

    /** Alessandro's aunt is proposed by his father, and waits for his mother. */
    private void pickup() {
        var runtime = guildhall.runtime();
        var task = guildhall.tasks().operationalTasks().list(new ListOperationalTasksOptions().withExternalId("task-alessandro")).data().getFirst();
        CatalogSeed.ensure(
                () -> runtime.pickupAuthorities().list(new ListPickupAuthoritiesOptions().withExternalId("pickup-alessandro")),
                () -> runtime.pickupAuthorities().create(new NewPickupAuthority(
                                runtime.households().list(new ListHouseholdsOptions().withExternalId("rossi")).data().getFirst().id(),
                                person("alessandro-rossi"), new NewAuthorizedPerson().withName("Carla Rossi").withPhone("+61 2 5550 0177"))
                        .withExternalId("pickup-alessandro")
                        .withActingPersonId(person("marco-rossi"))
                        .withTaskId(task.id())));
    }

    private String person(String externalId) {
        return guildhall.runtime().persons().list(new ListPersonsOptions().withExternalId(externalId)).data().getFirst().id();
    }

    /** The household that a task is about; null if it is about none. */
    private String household(JsonNode entry) {
        return entry.has("household")
                ? guildhall.runtime().households().list(new ListHouseholdsOptions().withExternalId(entry.get("household").asText())).data().getFirst().id()
                : null;
    }
}
