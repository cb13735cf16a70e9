package org.guildhall.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;

/** Sets up the schedule tests: a tenant of its own, and short methods that create what sessions and bookings need. */
public final class ScheduleFixture {

    public static final String BASE = "/api/v1/schedule";

    public final TestServer.Tenant tenant;
    public final Http http;

    public ScheduleFixture() {
        this(TestServer.shared());
    }

    public ScheduleFixture(TestServer server) {
        this.tenant = server.tenant();
        this.http = new Http(
                server, tenant.token(
                        "schedule:read", "schedule:write", "runtime:read", "runtime:write", "catalog:write", "platform:audit:read", "platform:events:read"));
        http.post("/api/v1/catalog/org-types", "{\"key\": \"personal\", \"name\": \"Personal\", \"is_default\": true}").expect(201);
    }

    public Reply get(String path) {
        return http.get(BASE + path);
    }

    public Reply post(String path, String body, String... headers) {
        return http.post(BASE + path, body, headers);
    }

    /** Posts an action without a body. */
    public Reply act(String path, String... headers) {
        return http.post(BASE + path, null, headers);
    }

    public Reply patch(String path, String body, String... headers) {
        return http.patch(BASE + path, body, headers);
    }

    /** Creates a resource and returns its id. */
    public String make(String path, String body) {
        return post(path, body).expect(201).at("/id");
    }

    /** Creates a class type of 60 minutes. @param more further members, with a leading comma */
    public String classType(int capacity, String more) {
        return make("/class-types", "{\"name\": \"Judo\", \"duration_minutes\": 60, \"capacity\": %d%s}".formatted(capacity, more));
    }

    /** Creates a session that starts in three days. @param more further members of its class type, with a leading comma */
    public String session(int capacity, String more) {
        return session(Instant.now().plus(3, ChronoUnit.DAYS), capacity, more);
    }

    public String session(Instant starts, int capacity, String more) {
        return make("/sessions", "{\"class_type_id\": \"%s\", \"starts_at\": \"%s\"}".formatted(classType(capacity, more), starts));
    }

    public String person() {
        return person("");
    }

    /** Creates a person. @param more further members, with a leading comma */
    public String person(String more) {
        return http.post("/api/v1/runtime/persons", "{\"name\": \"Ana\"%s}".formatted(more)).expect(201).at("/id");
    }

    /** Books for a person. @param more further members, with a leading comma */
    public Reply book(String session, String person, String more) {
        return post("/bookings", "{\"session_id\": \"%s\", \"person_id\": \"%s\"%s}".formatted(session, person, more));
    }

    /** Books for a new person, who waits if there is no place, and returns the booking's id. */
    public String booked(String session) {
        return book(session, person(), ", \"waitlist\": true").expect(201).at("/id");
    }

    public String state(String booking) {
        return get("/bookings/" + booking).expect(200).at("/state");
    }

    /** Cancels a booking. */
    public Reply cancel(String booking) {
        return post("/bookings/" + booking + "/cancel", "{}");
    }

    /** The numbers of a session: booked, held, offered, free, waiting. */
    public String places(String session) {
        var shown = get("/sessions/" + session).expect(200);
        return String.join(" ", shown.at("/booked"), shown.at("/held"), shown.at("/offered"), shown.at("/free"), shown.at("/waiting"));
    }

    /** Asserts that the answer is this problem, at this member of the body. */
    public static void assertProblem(String outcome, String pointer, Reply reply) {
        assertEquals(outcome, reply.outcome(), reply.text());
        assertEquals(pointer, reply.at("/errors/0/pointer"), reply.text());
    }

    /** Asserts that the answer is this problem. */
    public static void assertProblem(String outcome, Reply reply) {
        assertEquals(outcome, reply.outcome(), reply.text());
    }
}
