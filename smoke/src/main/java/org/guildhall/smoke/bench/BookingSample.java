package org.guildhall.smoke.bench;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.guildhall.api.TypeIds;

/**
 * Sessions at different times, and the requests that book them. Concurrent callers book for different persons, and no person books a session twice.
 */
final class BookingSample {

    static final String BOOKINGS = Api.BASE + "/schedule/bookings";

    private static final int SESSIONS = 100;
    /** The next hot session begins when one has so many bookings. */
    private static final int PLACES_OF_HOT = 200;
    private static final int HOT_SESSIONS = 300;

    private final List<String> sessions;
    private final List<String> ofBaseline;
    private final List<String> hot;
    private final List<String> persons;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong nextOfBaseline = new AtomicLong();
    private final AtomicLong nextHot = new AtomicLong();

    private BookingSample(List<String> sessions, List<String> ofBaseline, List<String> hot, List<String> persons) {
        this.sessions = sessions;
        this.ofBaseline = ofBaseline;
        this.hot = hot;
        this.persons = persons;
    }

    /** @param token a token that can write sessions */
    static BookingSample create(Api api, String token, List<String> persons) throws IOException, InterruptedException {
        var classType = api.post("/schedule/class-types", token, """
                {"name": "Spin 45", "duration_minutes": 45, "capacity": 10000, "booking_opens_minutes": 525600}""").get("id").asText();
        var all = new ArrayList<String>();
        var first = Instant.now().truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.DAYS);
        for (int at = 0; at < 2 * SESSIONS + HOT_SESSIONS; at++) {
            all.add(api.post("/schedule/sessions", token, "{\"class_type_id\": \"%s\", \"starts_at\": \"%s\"}".formatted(
                    classType, first.plus(at, ChronoUnit.HOURS))).get("id").asText());
        }
        return new BookingSample(all.subList(0, SESSIONS), all.subList(SESSIONS, 2 * SESSIONS), all.subList(2 * SESSIONS, all.size()), persons);
    }

    /** The next booking of the sessions in turn. */
    String inTurn() {
        long turn = next.getAndIncrement();
        return booking(inTurn(sessions, turn), person(turn));
    }

    /** The next booking of the hot session. */
    String hot() {
        long turn = nextHot.getAndIncrement();
        if (turn >= (long) PLACES_OF_HOT * hot.size()) {
            throw new IllegalStateException("every hot session is booked; measure for a shorter time");
        }
        return booking(hot.get((int) (turn / PLACES_OF_HOT)), person(turn));
    }

    /** The path of the baseline's next booking of its own sessions in turn. */
    String bare() {
        long turn = nextOfBaseline.getAndIncrement();
        return "/baseline/book/" + TypeIds.parse("ses", inTurn(ofBaseline, turn)) + "/" + TypeIds.parse("per", person(turn));
    }

    /** Each further round of the persons begins one session later. */
    private String inTurn(List<String> all, long turn) {
        long round = turn / persons.size();
        if (round >= all.size()) {
            throw new IllegalStateException("every person has booked every session; measure for a shorter time");
        }
        return all.get((int) ((turn % persons.size() + round) % all.size()));
    }

    private String person(long turn) {
        return persons.get((int) (turn % persons.size()));
    }

    private static String booking(String session, String person) {
        return "{\"session_id\": \"%s\", \"person_id\": \"%s\"}".formatted(session, person);
    }
}
