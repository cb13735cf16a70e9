package org.guildhall.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
        this.http = new Http(server, tenant.token("schedule:read", "schedule:write", "runtime:read", "runtime:write", "platform:audit:read"));
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
