package org.guildhall.schedule.classes;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;

class ClassTypesTest {

    private static final String PATH = "/class-types";

    private final ScheduleFixture schedule = new ScheduleFixture();

    private String made() {
        return schedule.make(PATH, "{\"name\": \"Spin\", \"duration_minutes\": 45, \"capacity\": 20}");
    }

    @Test
    void classType_created_hasDocumentedDefaults() {
        var made = schedule.post(PATH, "{\"name\": \"Spin\", \"duration_minutes\": 45, \"capacity\": 20}").expect(201);
        assertEquals("0", made.at("/waitlist_places"));
        assertEquals("20160", made.at("/booking_opens_minutes"));
        assertEquals("0", made.at("/booking_closes_minutes"));
        assertEquals("720", made.at("/cancellation_cutoff_minutes"));
        assertEquals("120", made.at("/waitlist_closes_minutes"));
        assertEquals("at_once", made.at("/promotion"));
        assertEquals("60", made.at("/offer_minutes"));
        assertEquals("false", made.at("/strict_order"));
        assertEquals("false", made.at("/allow_overlap"));
        assertNull(made.at("/age_min"));
        assertEquals(made.text(), schedule.http.get(made.header("Location")).expect(200).text());
    }

    @Test
    void contradictingRules_allReportedAtTheirMembers() {
        var refused = schedule.post(PATH, """
                {"name": "Spin", "duration_minutes": 45, "capacity": 20, "booking_opens_minutes": 60, "booking_closes_minutes": 60,
                 "age_min": 16, "age_max": 12}""");
        assertProblem("422 validation_failed", "/booking_closes_minutes", refused);
        assertEquals("/age_max", refused.at("/errors/1/pointer"));
        assertProblem("422 validation_failed", "/age_max",
                schedule.patch(PATH + "/" + schedule.make(PATH, "{\"name\": \"Judo\", \"duration_minutes\": 60, \"capacity\": 9, \"age_min\": 16}"), "{\"age_max\": 12}"));
    }

    @Test
    void patch_changedMember_raisesTheVersion_nullRemoves() {
        var path = PATH + "/" + schedule.make(PATH, "{\"name\": \"Judo\", \"duration_minutes\": 60, \"capacity\": 9, \"age_min\": 16}");
        var changed = schedule.patch(path, "{\"age_min\": null, \"promotion\": \"offer\"}").expect(200);
        assertNull(changed.at("/age_min"));
        assertEquals("offer", changed.at("/promotion"));
        assertEquals("2", changed.at("/version"));
        assertEquals("2", schedule.patch(path, "{\"promotion\": \"offer\"}").expect(200).at("/version"));
        assertProblem("422 validation_failed", "/capacity", schedule.patch(path, "{\"capacity\": null}"));
    }

    @Test
    void archived_readable_butFinal() {
        var path = PATH + "/" + made();
        assertNotNull(schedule.act(path + "/archive").expect(200).at("/archived_at"));
        assertEquals("archived", schedule.get(path).expect(200).at("/state"));
        assertProblem("409 invalid_state", schedule.act(path + "/archive"));
        assertProblem("409 invalid_state", schedule.patch(path, "{\"name\": \"N\"}"));
        made();
        assertEquals("1", String.valueOf(schedule.get(PATH + "?state=active").expect(200).json().at("/data").size()));
    }

    @Test
    void externalId_usedAgain_refused() {
        var body = "{\"external_id\": \"spin\", \"name\": \"Spin\", \"duration_minutes\": 45, \"capacity\": 20}";
        schedule.make(PATH, body);
        assertProblem("409 already_exists", "/external_id", schedule.post(PATH, body));
        assertEquals("Spin", schedule.get(PATH + "?external_id=spin").expect(200).at("/data/0/name"));
    }
}
