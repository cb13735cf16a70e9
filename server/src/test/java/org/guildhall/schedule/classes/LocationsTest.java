package org.guildhall.schedule.classes;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;

class LocationsTest {

    private static final String PATH = "/locations";

    private final ScheduleFixture schedule = new ScheduleFixture();

    @Test
    void location_created_readAndListed() {
        var made = schedule.post(PATH, "{\"external_id\": \"hall\", \"name\": \"Hall\", \"zone\": \"Australia/Lord_Howe\", \"places\": 24}").expect(201);
        assertEquals("Australia/Lord_Howe", made.at("/zone"));
        assertNull(made.at("/address"));
        assertEquals(made.text(), schedule.http.get(made.header("Location")).expect(200).text());
        assertEquals(made.json(), schedule.get(PATH + "?external_id=hall").expect(200).json().at("/data/0"));
    }

    @Test
    void zone_unknown_refused() {
        assertProblem("422 validation_failed", "/zone", schedule.post(PATH, "{\"name\": \"Hall\", \"zone\": \"Australia/Atlantis\"}"));
        var path = PATH + "/" + schedule.make(PATH, "{\"name\": \"Hall\"}");
        assertProblem("422 validation_failed", "/zone", schedule.patch(path, "{\"zone\": \"CET\"}"));
    }

    @Test
    void patch_nullRemoves_sameChangesNothing() {
        var path = PATH + "/" + schedule.make(PATH, "{\"name\": \"Hall\", \"places\": 24}");
        var changed = schedule.patch(path, "{\"places\": null}").expect(200);
        assertNull(changed.at("/places"));
        assertEquals("2", changed.at("/version"));
        assertEquals("2", schedule.patch(path, "{\"name\": \"Hall\"}").expect(200).at("/version"));
    }

    @Test
    void archived_readable_butFinal() {
        var path = PATH + "/" + schedule.make(PATH, "{\"name\": \"Hall\"}");
        assertEquals("archived", schedule.act(path + "/archive").expect(200).at("/state"));
        assertProblem("409 invalid_state", schedule.act(path + "/archive"));
        assertProblem("409 invalid_state", schedule.patch(path, "{\"name\": \"N\"}"));
    }
}
