package org.guildhall.providers;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of incidents, without a server. */
class IncidentRulesTest {

    @ParameterizedTest
    @CsvSource({
        "open,       open,       The incident is open.",
        "open,       monitoring,",
        "open,       resolved,",
        "open,       closed,     The incident is open. Resolve it first.",
        "monitoring, open,",
        "monitoring, monitoring, The incident is monitoring.",
        "monitoring, resolved,",
        "monitoring, closed,     The incident is monitoring. Resolve it first.",
        "resolved,   open,",
        "resolved,   monitoring, The incident is resolved.",
        "resolved,   resolved,   The incident is resolved.",
        "resolved,   closed,",
        "closed,     open,       The incident is closed. Open another one with `follows_incident_id`.",
        "closed,     monitoring, The incident is closed.",
        "closed,     resolved,   The incident is closed.",
        "closed,     closed,     The incident is closed.",
    })
    void states_allowOnlyTheirTransitions(String from, String to, @Nullable String refusal) {
        if (refusal == null) {
            assertDoesNotThrow(() -> IncidentRules.requireTransition(from, to));
        } else {
            assertEquals(refusal, assertThrows(ProblemException.class, () -> IncidentRules.requireTransition(from, to)).getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "true,  true,  open,      words, ''",
        "true,  true,  completed, words, ''",
        "false, true,  open,      words, /evidence missing",
        "true,  false, open,      words, /entries missing",
        "true,  true,  ,          words, /prevention_task_id missing",
        "true,  true,  canceled,  words, /prevention_task_id canceled",
        "true,  true,  open,      ,      /owner_safe_explanation missing",
        "false, false, ,          ,      /evidence missing /entries missing /prevention_task_id missing /owner_safe_explanation missing",
    })
    void closing_asksForFourThings(boolean evidence, boolean noted, @Nullable String task, @Nullable String explanation, String missing) {
        assertEquals(missing, named(IncidentRules.missing(evidence, noted, task, explanation)));
    }

    @ParameterizedTest
    @CsvSource({
        "note,   '',                       ''",
        "note,   audience,                 /audience other_kind",
        "action, 'channel sent_at',        /channel other_kind /sent_at other_kind",
        "comms,  'audience channel sent_at', ''",
        "comms,  channel,                  /audience required /sent_at required",
        "comms,  '',                       /audience required /channel required /sent_at required",
    })
    void communication_hasItsMembers_otherEntriesHaveNone(String kind, String given, String wrong) {
        var members = new LinkedHashMap<String, Boolean>();
        for (var member : List.of("audience", "channel", "sent_at")) {
            members.put(member, Arrays.asList(given.split(" ")).contains(member));
        }
        if (wrong.isEmpty()) {
            assertDoesNotThrow(() -> IncidentRules.requireMembers(kind, members));
        } else {
            assertEquals(wrong, named(assertThrows(ProblemException.class, () -> IncidentRules.requireMembers(kind, members)).items()));
        }
    }

    private static String named(List<Item> items) {
        return items.stream().map(item -> item.pointer() + " " + item.code()).collect(Collectors.joining(" "));
    }
}
