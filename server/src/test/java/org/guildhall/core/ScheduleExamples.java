package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guildhall.Http;

/** The examples of the schedule's operations. */
final class ScheduleExamples {

    static final List<Example> ALL = List.of(
            example(CREATE_CLASS_TYPE).makes("cls"),
            example(LIST_CLASS_TYPES),
            example(GET_CLASS_TYPE),
            example(UPDATE_CLASS_TYPE),
            example(ARCHIVE_CLASS_TYPE),

            example(CREATE_LOCATION).makes("loc"),
            example(LIST_LOCATIONS),
            example(GET_LOCATION),
            example(UPDATE_LOCATION),
            example(ARCHIVE_LOCATION),

            example(CREATE_SERIES).makes("srs"),
            example(LIST_SERIES),
            example(GET_SERIES),
            example(UPDATE_SERIES),
            example(END_SERIES).with("/from", samples -> soon()),

            example(CREATE_SESSION).makes("ses").with("/starts_at", samples -> soon()),
            example(LIST_SESSIONS),
            example(GET_SESSION),
            example(UPDATE_SESSION),
            example(CANCEL_SESSION),
            example(GET_SESSION_CALENDAR),
            example(LIST_PUBLIC_SESSIONS).entry(samples -> samples.id("ses")),

            example(CREATE_BOOKING).makes("bkg").with("/session_id", samples -> session(samples, 9)),
            example(LIST_BOOKINGS),
            example(GET_BOOKING),
            example(CONFIRM_BOOKING).at("booking_id", ScheduleExamples::held),
            example(ACCEPT_BOOKING).at("booking_id", ScheduleExamples::offered),
            example(DECLINE_BOOKING).at("booking_id", ScheduleExamples::offered),
            example(CANCEL_BOOKING),
            example(CHECK_IN_BOOKING),
            example(MARK_NO_SHOW_BOOKING).after(CHECK_IN_BOOKING),
            example(CHECK_IN_AT_SESSION).at("session_id", ScheduleExamples::booked).with("/reference", samples -> samples.remembered("reference")),
            example(CREATE_PARTY).makes("pty").with("/session_id", samples -> session(samples, 9)),
            example(GET_PARTY),
            example(CREATE_CALENDAR_FEED).makes("cal"),
            example(LIST_CALENDAR_FEEDS),
            example(GET_CALENDAR_FEED),
            example(REVOKE_CALENDAR_FEED),
            example(LOOK_UP_BOOKING).with("/reference", ScheduleExamples::reference).with("/code", samples -> samples.remembered("code")));

    private static final int HOLD_SECONDS = 1800;

    private ScheduleExamples() {}

    private static String soon() {
        return Instant.now().plus(3, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** A session that can be booked by persons of all ages, and offers freed places. */
    private static String session(SampleData samples, int capacity) {
        var classType = samples.made("/api/v1/schedule/class-types", Map.of(
                "name", "Judo", "duration_minutes", 60, "capacity", capacity, "waitlist_places", 5, "promotion", "offer"));
        return samples.made("/api/v1/schedule/sessions", Map.of("class_type_id", classType, "starts_at", soon()));
    }

    private static String booking(SampleData samples, String session, Map<String, ?> more) {
        var body = new HashMap<String, Object>(more);
        body.put("session_id", session);
        body.put("person_id", samples.id("per"));
        var made = samples.http.post("/api/v1/schedule/bookings", Http.JSON.valueToTree(body).toString()).expect(201);
        samples.remember("reference", String.valueOf(made.at("/reference")));
        samples.remember("code", String.valueOf(made.at("/code")));
        return String.valueOf(made.at("/id"));
    }

    private static String held(SampleData samples) {
        return booking(samples, session(samples, 1), Map.of("hold_seconds", HOLD_SECONDS));
    }

    private static String offered(SampleData samples) {
        var session = session(samples, 1);
        var first = booking(samples, session, Map.of());
        var second = booking(samples, session, Map.of("waitlist", true));
        samples.http.post("/api/v1/schedule/bookings/" + first + "/cancel", "{}").expect(200);
        return second;
    }

    /** A session with a booking, whose reference is remembered. */
    private static String booked(SampleData samples) {
        var session = session(samples, 1);
        booking(samples, session, Map.of());
        return session;
    }

    private static String reference(SampleData samples) {
        booking(samples, session(samples, 1), Map.of());
        return samples.remembered("reference");
    }
}
