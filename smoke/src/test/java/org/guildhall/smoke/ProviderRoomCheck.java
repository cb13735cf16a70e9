package org.guildhall.smoke;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.guildhall.client.Guildhall;

/**
 * Compares the summary of the seeded signals with the room that operators know, word for word and figure by figure. The room is in
 * {@code provider-room.json}, beside this class.
 */
final class ProviderRoomCheck {

    private static final ObjectMapper JSON = new ObjectMapper().findAndRegisterModules();

    private ProviderRoomCheck() {}

    static void check(Guildhall tenant) throws IOException {
        JsonNode room;
        try (var file = Objects.requireNonNull(ProviderRoomCheck.class.getResourceAsStream("provider-room.json"))) {
            room = JSON.readTree(file);
        }
        var summary = JSON.<JsonNode>valueToTree(tenant.providers().providerSummaries().get().value());
        assertEquals(room.get("room"), summary.get("room"));
        assertEquals(room.get("cards"), summary.get("cards"));
        var figures = ((ObjectNode) room.get("figures")).deepCopy();
        assertEquals(figures.remove("signal_percent").asInt(), summary.get("signal_percent").asInt());
        assertEquals(figures, summary.get("counts"));
        assertEquals(room.get("lanes"), summary.get("lanes"));
        assertEquals(room.at("/queue/title"), summary.at("/queue/title"));
        assertEquals(room.at("/queue/about"), summary.at("/queue/about"));
        assertEquals(room.get("signals"), cards(summary.at("/queue/signals")));
        assertEquals(room.at("/priority_recovery/title"), summary.at("/priority_recovery/title"));
        assertEquals(room.at("/priority_recovery/about"), summary.at("/priority_recovery/about"));
        assertEquals(room.get("runbook"), summary.get("runbook"));
        assertEquals(room.at("/priority_recovery/signals"), only(summary.at("/priority_recovery/signals"), "name", "recovery_action"));
    }

    /** Compares the workflow backbone with the page that operators know, which is in {@code backbone.json}. */
    static void checkBackbone(Guildhall tenant) throws IOException {
        JsonNode page;
        try (var file = Objects.requireNonNull(ProviderRoomCheck.class.getResourceAsStream("backbone.json"))) {
            page = JSON.readTree(file);
        }
        var backbone = (ObjectNode) JSON.<JsonNode>valueToTree(tenant.overview().workflowBackbones().get().value());
        var queue = (ObjectNode) backbone.get("queue");
        queue.remove("has_more");
        queue.get("items").forEach(item -> ((ObjectNode) item).remove(List.of("signal_id", "task_id")));
        // As text and back: numbers of the same value can be nodes of different types.
        assertEquals(page, JSON.readTree(backbone.toString()));
    }

    /** The members of each signal that its card shows. */
    private static JsonNode cards(JsonNode signals) {
        var cards = JSON.createArrayNode();
        for (var signal : only(signals, "name", "lane", "kind", "owner", "status", "signal_percent", "last_signal", "impact", "recovery_action",
                "escalation_steps", "evidence")) {
            var card = (ObjectNode) signal;
            card.set("owner", signal.at("/owner/name"));
            ((ObjectNode) card.get("evidence")).retain("subject_label", "subject", "source_status", "why");
            cards.add(card);
        }
        return cards;
    }

    private static JsonNode only(JsonNode entries, String... members) {
        var narrowed = JSON.createArrayNode();
        entries.forEach(entry -> narrowed.add(((ObjectNode) entry).deepCopy().retain(members)));
        return narrowed;
    }
}
