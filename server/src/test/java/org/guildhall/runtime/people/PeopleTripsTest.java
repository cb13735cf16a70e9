package org.guildhall.runtime.people;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.UUID;
import org.guildhall.Http;
import org.guildhall.RoundTripCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The database round trips of requests on persons and organizations, counted on the wire. */
class PeopleTripsTest {

    @RegisterExtension
    static final RoundTripCounter COUNTED = new RoundTripCounter();

    private final PeopleFixture people = new PeopleFixture();
    private final Http http = people.http.on(COUNTED.node());

    @Test
    void person_created_takesFourRoundTrips() {
        assertEquals(4, COUNTED.trips(() -> http.post(PeopleFixture.BASE + "/persons", "{\"name\": \"A\"}")),
                "the person, their organization and its pool, what the type gives, the commit");
        assertEquals(4, COUNTED.trips(() -> http.post(PeopleFixture.BASE + "/persons",
                "{\"name\": \"A\", \"identities\": [{\"issuer\": \"i\", \"subject\": \"" + UUID.randomUUID() + "\"}]}")), "with an identity");
    }

    @Test
    void organization_created_takesThreeTrips_readTakesOne() {
        var body = "{\"name\": \"A\", \"org_type_id\": \"" + people.personal + "\"}";
        assertEquals(3, COUNTED.trips(() -> http.post(PeopleFixture.BASE + "/organizations", body)));
        assertEquals(1, COUNTED.trips(() -> http.get(PeopleFixture.BASE + "/organizations?limit=2")));
        var person = people.person("P");
        assertEquals(1, COUNTED.trips(() -> http.get(PeopleFixture.BASE + "/persons/" + person)));
        assertEquals(1, COUNTED.trips(() -> http.get(PeopleFixture.BASE + "/memberships?person_id=" + person + "&at=2026-01-01T00:00:00Z")));
    }
}
