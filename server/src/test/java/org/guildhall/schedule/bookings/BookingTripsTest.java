package org.guildhall.schedule.bookings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.RoundTripCounter;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The database round trips of bookings, counted on the wire. */
class BookingTripsTest {

    @RegisterExtension
    static final RoundTripCounter COUNTED = new RoundTripCounter();

    private final AllowanceFixture gym = new AllowanceFixture();
    private final Http http = gym.schedule.http.on(COUNTED.node());

    private long trips(String session, String organization) {
        var persons = new ArrayDeque<>(persons(12));
        return COUNTED.trips(() -> http.post(ScheduleFixture.BASE + "/bookings", """
                {"session_id": "%s", "person_id": "%s", "organization_id": "%s"}""".formatted(session, persons.pop(), organization)));
    }

    private List<String> persons(int count) {
        var persons = new ArrayList<String>();
        while (persons.size() < count) {
            persons.add(gym.schedule.person());
        }
        return persons;
    }

    @Test
    void scheduledChange_takesNoFurtherTrip() {
        var tiers = gym.tiers(50, 100);
        var steady = gym.organizationOn(tiers.get(1));
        var changing = gym.organizationOn(tiers.get(1));
        gym.make("/api/v1/runtime/organizations/" + changing + "/transitions", """
                {"kind": "downgrade", "target_tier_id": "%s", "effective_at": "%s"}""".formatted(tiers.get(0), Instant.now().plus(1, ChronoUnit.DAYS)));
        assertEquals(5, trips(gym.schedule.session(50, ""), steady));
        var session = gym.session(50, "");
        assertEquals(7, trips(session, steady));
        assertEquals(7, trips(session, changing));
    }
}
