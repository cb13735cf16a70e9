package org.guildhall.schedule.bookings;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http.Reply;
import org.junit.jupiter.api.Test;

/** Series whose sessions use an allowance, when they are split. */
class SeriesAllowancesTest {

    private static final ZoneId ZONE = ZoneId.of("Australia/Sydney");
    private static final LocalDate FIRST = LocalDate.now(ZONE).plusDays(2);

    private final AllowanceFixture gym = new AllowanceFixture();
    private final String series = gym.schedule.make("/series", """
            {"class_type_id": "%s", "starts_local": "%sT18:00", "zone": "%s", "rrule": "FREQ=DAILY;COUNT=4"}""".formatted(
            gym.schedule.classType(20, AllowanceFixture.NEEDS), FIRST, ZONE));
    private final List<String> sessions = sessions(series);
    private final String organization = gym.organization(5);
    private final String booking = gym.booked(sessions.get(2), organization);

    private static Instant at(int day) {
        return FIRST.plusDays(day).atTime(LocalTime.of(18, 0)).atZone(ZONE).toInstant();
    }

    private List<String> sessions(String of) {
        var found = new ArrayList<String>();
        gym.schedule.get("/sessions?limit=200&series_id=" + of).expect(200).json().get("data").forEach(session -> found.add(session.get("id").asText()));
        return found;
    }

    private Reply split(int day, String more) {
        return gym.schedule.patch("/series/" + series, "{\"from\": \"%s\"%s}".formatted(at(day), more));
    }

    private List<String> needs(String of) {
        return sessions(of).stream().map(session -> gym.schedule.get("/sessions/" + session).expect(200).at("/needs/quantity")).toList();
    }

    @Test
    void split_movesABookedSession_withItsAllowance() {
        var other = split(1, ", \"name\": \"Late\"").expect(200).at("/followed_by_series_id");
        assertEquals(sessions.subList(1, 4), sessions(other));
        assertEquals(List.of("1", "1", "1"), needs(other));
        assertEquals("booked 1 1", String.join(" ", gym.state(booking), gym.booking(booking, "/entitlement_hold/quantity"), "" + gym.used(organization)));
        gym.schedule.cancel(booking).expect(200);
        assertEquals(0, gym.used(organization));
    }

    @Test
    void split_withOtherNeeds_isRefusedForABookedSession() {
        for (var needs : List.of("null", "{\"quantity\": 2}")) {
            var refused = split(1, ", \"needs\": " + needs);
            assertProblem("409 conflict", refused);
            assertEquals(sessions.get(2), refused.at("/session_ids/0"));
        }
        assertEquals(sessions, sessions(series), "nothing has changed");
        var other = split(3, ", \"needs\": {\"quantity\": 2}").expect(200).at("/followed_by_series_id");
        assertEquals(List.of("1", "1", "1"), needs(series));
        assertEquals(List.of("2"), needs(other));
        gym.booked(sessions.get(3), organization);
        assertEquals(3, gym.used(organization));
    }

    @Test
    void split_toAnotherTime_givesTheAllowanceOfCanceledBookingsBack() {
        var body = ", \"starts_local\": \"%sT17:30\"%s".formatted(FIRST.plusDays(1), "%s");
        assertProblem("409 conflict", split(1, body.formatted("")));
        assertEquals(1, gym.used(organization));
        split(1, body.formatted(", \"cancel_booked\": true, \"reason\": \"Later\"")).expect(200);
        assertEquals("canceled", gym.state(booking));
        assertEquals(0, gym.used(organization));
    }
}
