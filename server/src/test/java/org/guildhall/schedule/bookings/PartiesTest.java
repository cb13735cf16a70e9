package org.guildhall.schedule.bookings;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.core.Race;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;

/** Parties. The session of most tests has 20 places, of which 18 are taken, and five places on its waitlist. */
class PartiesTest {

    private static final String ALL = "all_or_nothing";
    private static final String MANY = "as_many_as_fit";
    private static final String ADULT = ", \"birth_on\": \"1990-01-01\"";

    private final ScheduleFixture schedule = new ScheduleFixture();

    private List<String> persons(int number) {
        return IntStream.range(0, number).mapToObj(at -> schedule.person()).toList();
    }

    /** A session in which two of twenty places are free. */
    private String session(String more) {
        var session = schedule.session(20, ", \"waitlist_places\": 5" + more);
        book(session, persons(18), ALL, "").expect(201);
        return session;
    }

    /** Books a party. @param more further members, with a leading comma */
    private Reply book(String session, List<String> persons, String mode, String more) {
        return schedule.post("/parties", body(session, persons, mode, more));
    }

    private static String body(String session, List<String> persons, String mode, String more) {
        return "{\"session_id\": \"%s\", \"persons\": [%s], \"mode\": \"%s\"%s}".formatted(
                session, persons.stream().map("{\"person_id\": \"%s\"}"::formatted).collect(Collectors.joining(", ")), mode, more);
    }

    private static String waitlist(boolean waitlist) {
        return ", \"waitlist\": " + waitlist;
    }

    /** The outcomes of the lines, with the problem's code after a refusal. */
    private static String outcomes(Reply party) {
        var found = new ArrayList<String>();
        party.expect(201).json().get("lines").forEach(line -> found.add(
                line.get("outcome").asText() + (line.get("problem").isNull() ? "" : " " + line.at("/problem/code").asText())));
        return String.join(", ", found);
    }

    private static List<String> bookings(Reply party) {
        var found = new ArrayList<String>();
        party.expect(201).json().get("lines").forEach(line -> found.add(line.at("/booking/id").asText()));
        return found;
    }

    private String states(List<String> bookings) {
        return bookings.stream().map(schedule::state).collect(Collectors.joining(" "));
    }

    private String member(String booking, String pointer) {
        return schedule.get("/bookings/" + booking).expect(200).at(pointer);
    }

    @Test
    void allOrNothing_withWaitlist_waitsAsOneEntry() {
        var session = session("");
        var party = book(session, persons(3), ALL, waitlist(true));
        assertEquals("waitlisted, waitlisted, waitlisted", outcomes(party));
        assertEquals("18 0 0 2 3", schedule.places(session));
        party.json().get("lines").forEach(line -> assertEquals(3, line.at("/booking/places_needed").asInt()));
        for (var booking : bookings(party)) {
            assertEquals("1 3 1", member(booking, "/position") + " " + member(booking, "/places_needed") + " " + member(booking, "/place"));
            assertEquals(party.at("/id"), member(booking, "/party_id"));
        }
        assertEquals("booked", schedule.book(session, schedule.person(), waitlist(true)).expect(201).at("/state"), "one of the two places");
        assertProblem("409 capacity_exhausted", book(session, persons(3), ALL, waitlist(true)));
    }

    @Test
    void allOrNothing_withoutWaitlist_refused() {
        var session = session("");
        var refused = book(session, persons(3), ALL, waitlist(false));
        assertProblem("409 capacity_exhausted", refused);
        assertEquals("2 0", refused.at("/free") + " " + refused.at("/waiting"));
        assertEquals("18 0 0 2 0", schedule.places(session));
    }

    @Test
    void asManyAsFit_withWaitlist_theThirdWaitsAlone() {
        var session = session("");
        var party = book(session, persons(3), MANY, waitlist(true));
        assertEquals("booked, booked, waitlisted", outcomes(party));
        assertEquals("20 0 0 0 1", schedule.places(session));
        assertEquals("1", member(bookings(party).get(2), "/places_needed"));
    }

    @Test
    void asManyAsFit_withoutWaitlist_theThirdIsRefused() {
        var session = session("");
        assertEquals("booked, booked, refused capacity_exhausted", outcomes(book(session, persons(3), MANY, waitlist(false))));
        assertEquals("20 0 0 0 0", schedule.places(session));
    }

    /** Three persons of whom the first is too young. */
    private List<String> withAChild() {
        return List.of(schedule.person(", \"birth_on\": \"2020-01-01\""), schedule.person(ADULT), schedule.person(ADULT));
    }

    /** A session for adults in which two of three places are free. */
    private String adultsOnly() {
        var session = schedule.session(3, ", \"waitlist_places\": 5, \"age_min\": 16");
        schedule.book(session, schedule.person(ADULT), "").expect(201);
        return session;
    }

    @Test
    void allOrNothing_oneTooYoung_refused() {
        var session = adultsOnly();
        assertProblem("409 age_not_met", book(session, withAChild(), ALL, waitlist(true)));
        assertProblem("409 age_not_met", book(session, withAChild(), ALL, waitlist(false)));
        assertEquals("1 0 0 2 0", schedule.places(session));
    }

    @Test
    void asManyAsFit_oneTooYoung_theOthersAreBooked() {
        var session = adultsOnly();
        var party = book(session, withAChild(), MANY, waitlist(true));
        assertEquals("refused age_not_met, booked, booked", outcomes(party));
        assertTrue(party.at("/lines/0/problem/detail").contains("from 16 on"), party.text());
        assertEquals("3 0 0 0 0", schedule.places(session));
    }

    @Test
    void asManyAsFit_allowanceForOne_theOthersAreRefusedAndDontWait() {
        var gym = new AllowanceFixture();
        var organization = gym.organization(1);
        var session = gym.session(2, ", \"waitlist_places\": 5");
        var persons = IntStream.range(0, 3).mapToObj(at -> "{\"person_id\": \"%s\", \"organization_id\": \"%s\"}"
                .formatted(gym.schedule.person(), organization)).collect(Collectors.joining(", "));
        var body = "{\"session_id\": \"%s\", \"persons\": [%s], \"mode\": \"%s\", \"waitlist\": true}";
        var two = persons.substring(0, persons.lastIndexOf(", {"));
        assertProblem("409 entitlement_exceeded", gym.schedule.post("/parties", body.formatted(session, two, ALL)));
        assertEquals("0 0 0 2 0", gym.schedule.places(session));
        assertEquals(0, gym.used(organization));
        assertEquals("booked, refused entitlement_exceeded, refused entitlement_exceeded", outcomes(
                gym.schedule.post("/parties", body.formatted(session, persons, MANY))));
        assertEquals("1 0 0 1 0", gym.schedule.places(session));
        assertEquals(1, gym.used(organization));
        var another = "{\"person_id\": \"%s\", \"organization_id\": \"%s\"}".formatted(gym.schedule.person(), organization);
        assertProblem("409 entitlement_exceeded", gym.schedule.post("/parties", body.formatted(session, another, MANY)));
    }

    @Test
    void waitingParty_needsAnAllowanceForAll() {
        var gym = new AllowanceFixture();
        var poor = gym.organization(1);
        var rich = gym.organization(2);
        var session = gym.session(2, ", \"waitlist_places\": 5");
        gym.booked(session, gym.organization(1));
        gym.booked(session, gym.organization(1));
        var hindered = waitingParty(gym, session, poor);
        var next = waitingParty(gym, session, rich);
        gym.schedule.patch("/sessions/" + session, "{\"capacity\": 4}", "If-Match", "*").expect(200);
        assertEquals("waitlisted waitlisted booked booked", gym.states(hindered.get(0), hindered.get(1), next.get(0), next.get(1)));
        assertEquals("entitlement_exceeded", gym.booking(hindered.getFirst(), "/passed_over/last_reason"));
        assertEquals("0 2", gym.used(poor) + " " + gym.used(rich));
    }

    private static List<String> waitingParty(AllowanceFixture gym, String session, String organization) {
        var persons = IntStream.range(0, 2)
                .mapToObj(at -> "{\"person_id\": \"%s\", \"organization_id\": \"%s\"}".formatted(gym.schedule.person(), organization))
                .collect(Collectors.joining(", "));
        return bookings(gym.schedule.post("/parties", "{\"session_id\": \"%s\", \"persons\": [%s], \"mode\": \"all_or_nothing\", \"waitlist\": true}"
                .formatted(session, persons)));
    }

    @Test
    void allOrNothing_moreThanTheWaitlist_isRefused_moreThanTheCapacity_isInvalid() {
        assertProblem("409 capacity_exhausted", book(session(""), persons(6), ALL, waitlist(true)));
        var small = schedule.session(2, ", \"waitlist_places\": 5");
        assertProblem("422 validation_failed", "/persons", book(small, persons(3), ALL, waitlist(true)));
        assertEquals("booked, booked, waitlisted", outcomes(book(small, persons(3), MANY, waitlist(true))));
    }

    @Test
    void all_booked_orHeld() {
        var session = session("");
        var held = book(session, persons(2), ALL, ", \"hold_seconds\": 300");
        assertEquals("held, held", outcomes(held));
        assertEquals("18 2 0 0 0", schedule.places(session));
        assertNotNull(held.at("/lines/0/booking/held_until"));
        assertEquals("booked", schedule.post("/bookings/" + bookings(held).getFirst() + "/confirm", "{}").expect(200).at("/state"));
    }

    @Test
    void twentyFirstHoldOfAConsumer_refused() {
        var session = schedule.session(30, "");
        assertEquals(20, bookings(book(session, persons(20), ALL, ", \"hold_seconds\": 300")).size());
        assertProblem("409 conflict", book(session, persons(2), ALL, ", \"hold_seconds\": 300"));
        assertProblem("409 conflict", schedule.book(session, schedule.person(), ", \"hold_seconds\": 300"));
        schedule.book(session, schedule.person(), "").expect(201);
        assertEquals("1 20 0 9 0", schedule.places(session));
    }

    /** The bookings of a full session, and parties of these sizes on its waitlist, in this order. */
    private List<List<String>> waiting(String session, int... sizes) {
        return Arrays.stream(sizes).mapToObj(size -> bookings(book(session, persons(size), ALL, waitlist(true)))).toList();
    }

    private void assertPromoted(int free, boolean strict, int[] sizes, String expected, int newcomerGets) {
        var session = schedule.session(3, ", \"waitlist_places\": 10, \"strict_order\": " + strict);
        var booked = bookings(book(session, persons(3), ALL, ""));
        var parties = waiting(session, sizes);
        schedule.patch("/sessions/" + session, "{\"capacity\": %d}".formatted(3 + free), "If-Match", "*").expect(200);
        var states = parties.stream().map(party -> states(party).contains("waitlisted") ? "waits" : "booked").collect(Collectors.joining(" "));
        assertEquals(expected, states);
        var newcomer = schedule.book(session, schedule.person(), waitlist(true)).expect(201).at("/state");
        assertEquals(newcomerGets > 0 ? "booked" : "waitlisted", newcomer);
        assertEquals("booked booked booked", states(booked));
    }

    @Test
    void freedPlaces_goToTheFirstThatFits() {
        assertPromoted(1, false, new int[] {2, 1, 1}, "waits booked waits", 0);
        assertPromoted(2, false, new int[] {2, 1}, "booked waits", 0);
        assertPromoted(3, false, new int[] {2, 2, 1}, "booked waits booked", 0);
        assertPromoted(1, false, new int[] {2}, "waits", 1);
    }

    @Test
    void freedPlaces_inStrictOrder_areKeptForTheFirst() {
        assertPromoted(1, true, new int[] {2, 1, 1}, "waits waits waits", 0);
        assertPromoted(2, true, new int[] {2, 1}, "booked waits", 0);
        assertPromoted(3, true, new int[] {2, 2, 1}, "booked waits waits", 0);
        assertPromoted(1, true, new int[] {2}, "waits", 0);
    }

    @Test
    void oneOfAWaitingParty_cancels_andTheRestFits() {
        var session = schedule.session(2, ", \"waitlist_places\": 5");
        var booked = bookings(book(session, persons(2), ALL, ""));
        var party = waiting(session, 2).getFirst();
        schedule.cancel(booked.getFirst()).expect(200);
        assertEquals("waitlisted waitlisted", states(party));
        schedule.cancel(party.getFirst()).expect(200);
        assertEquals("canceled booked", states(party));
        assertEquals("2 0 0 0 0", schedule.places(session));
    }

    @Test
    void oneOfABookedParty_cancels_theOthersStay() {
        var session = schedule.session(5, "");
        var party = bookings(book(session, persons(3), ALL, ""));
        schedule.cancel(party.get(1)).expect(200);
        assertEquals("booked canceled booked", states(party));
        assertEquals("2 0 0 3 0", schedule.places(session));
    }

    @Test
    void moveLast_movesAPartyAsAWhole_toOnePlace() {
        var session = schedule.session(4, ", \"waitlist_places\": 10");
        var first = schedule.booked(session);
        var party = bookings(book(session, persons(3), ALL, ""));
        var alone = schedule.booked(session);
        assertEquals("waitlisted", schedule.state(alone));
        schedule.patch("/sessions/" + session, "{\"capacity\": 3, \"when_below\": \"move_last\"}", "If-Match", "*").expect(200);
        assertEquals("waitlisted waitlisted waitlisted", states(party));
        assertEquals("3 1", member(party.getFirst(), "/places_needed") + " " + member(party.getFirst(), "/position"));
        assertEquals("booked booked", states(List.of(first, alone)), "two places are free, and who fits gets one");
        schedule.patch("/sessions/" + session, "{\"capacity\": 5}", "If-Match", "*").expect(200);
        assertEquals("booked booked booked", states(party));
    }

    @Test
    void party_isOneEvent_withEachBooking_andNoCodeLater() throws Exception {
        var session = session("");
        var party = book(session, persons(2), ALL, "");
        var id = party.at("/id");
        assertEquals("10 10", party.at("/lines/0/code").length() + " " + party.at("/lines/1/code").length());
        var events = schedule.http.get("/api/v1/platform/audit-events?entity_id=" + id).expect(200).json().get("data");
        assertEquals(1, events.size());
        assertEquals("party.created", events.at("/0/action").asText());
        assertEquals("3", events.at("/0/changes_total").asText());
        for (var booking : bookings(party)) {
            var touched = schedule.http.get("/api/v1/platform/audit-events?entity_id=" + booking).expect(200).json().get("data");
            assertEquals(List.of(events.at("/0/id").asText()), List.of(touched.at("/0/id").asText()));
        }
        var shown = schedule.get("/parties/" + id).expect(200);
        assertEquals(session + " " + ALL, shown.at("/session_id") + " " + shown.at("/mode"));
        assertEquals(2, schedule.get("/bookings?party_id=" + id).expect(200).json().get("data").size());
        var line = party.json().at("/lines/0/booking");
        assertEquals("booked", schedule.post("/bookings/lookup", "{\"reference\": \"%s\", \"code\": \"%s\"}".formatted(
                line.at("/reference").asText(), party.at("/lines/0/code"))).expect(200).at("/state"));
    }

    @Test
    void repeatedKey_booksOnce_andDryRunBooksNobody() {
        var session = session("");
        var body = body(session, persons(2), ALL, "");
        var dry = schedule.post("/parties?dry_run=true", body).expect(201);
        assertEquals("booked, booked", outcomes(dry));
        assertTrue(dry.json().at("/lines/0/code").isNull() && dry.json().at("/lines/1/code").isNull());
        assertEquals("18 0 0 2 0", schedule.places(session));
        var first = schedule.post("/parties", body, "Idempotency-Key", "party").expect(201);
        assertEquals(first.text(), schedule.post("/parties", body, "Idempotency-Key", "party").expect(201).text());
        assertEquals("20 0 0 0 0", schedule.places(session));
        assertProblem("409 already_exists", schedule.post("/parties", body));
    }

    @Test
    void unknownAndRepeatedPersons_areInvalid() {
        var session = session("");
        var ana = schedule.person();
        assertProblem("422 validation_failed", "/persons/1/person_id", book(session, List.of(ana, "per_01m7y6k3hqe1vbqv1kmm7j2z7x"), ALL, ""));
        assertProblem("422 validation_failed", "/persons/1/person_id", book(session, List.of(ana, ana), MANY, ""));
        assertProblem("422 validation_failed", "/session_id", book("ses_01m8c24k8wfs3c5e7g9j1m3p5r", List.of(ana), MANY, ""));
        assertProblem("422 validation_failed", "/persons", book(session, persons(21), MANY, ""));
    }

    @Test
    void member_booksTheirFamily_andNobodyElse() throws Exception {
        var adult = schedule.person();
        var child = schedule.person();
        var stranger = schedule.person();
        var household = schedule.http.post("/api/v1/runtime/households", "{\"name\": \"H\"}").expect(201).at("/id");
        for (var member : List.of(adult + " adult", child + " dependent")) {
            schedule.http.post("/api/v1/runtime/households/" + household + "/members", "{\"person_id\": \"%s\", \"role\": \"%s\"}".formatted(
                    member.split(" ")[0], member.split(" ")[1])).expect(201);
        }
        var session = session("");
        schedule.tenant.sql("update platform.consumers set acts_as = 'member' where tenant_id = ?", schedule.tenant.id());
        schedule.tenant.sql("select nextval('platform.auth_revision')");
        var acting = ", \"acting_person_id\": \"%s\"".formatted(adult);
        assertProblem("403 not_guardian", book(session, List.of(adult, child), ALL, ""));
        assertProblem("403 not_guardian", book(session, List.of(child, stranger), ALL, acting));
        assertEquals("18 0 0 2 0", schedule.places(session));
        var party = book(session, List.of(stranger, adult, child), MANY, acting);
        assertEquals("refused not_guardian, booked, booked", outcomes(party));
        assertEquals(adult, party.at("/lines/2/booking/booked_by_person_id"));
    }

    @Test
    void twentyPartiesOfThree_atOnce_neverOverbook() throws Exception {
        var session = schedule.session(20, "");
        var families = IntStream.range(0, 20).mapToObj(at -> persons(3)).toList();
        var outcomes = Race.run(20, at -> book(session, families.get(at), ALL, "").outcome());
        assertEquals(6, Collections.frequency(outcomes, "201"), outcomes.toString());
        assertEquals(14, Collections.frequency(outcomes, "409 capacity_exhausted"), outcomes.toString());
        assertEquals("18 0 0 2 0", schedule.places(session));
    }
}
