package org.guildhall.providers;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;

/** The fixture of the tests of signals: a tenant of its own. */
final class SignalsFixture {

    static final String BASE = "/api/v1/providers";
    static final String URL = BASE + "/signals";

    final TestServer.Tenant tenant;
    final Http http;

    SignalsFixture() {
        this(TestServer.shared());
    }

    SignalsFixture(TestServer server) {
        tenant = server.tenant();
        http = new Http(server, tenant.token());
    }

    /** @param more further members, each after a comma */
    Reply create(String lane, String kind, String sourceStatus, String more) {
        return http.post(URL, """
                {"name": "%2$s", "lane": "%1$s", "kind": "%2$s", "owner": {"kind": "team", "name": "Operations"}, "source_status": "%3$s",
                 "impact": "Members", "recovery_action": "Act on %1$s", "evidence": {"subject": "S", "why": "W"}%4$s}""".formatted(lane, kind, sourceStatus, more));
    }

    /** The id of a new signal. */
    String made(String lane, String kind, String sourceStatus, String more) {
        return create(lane, kind, sourceStatus, more).expect(201).at("/id");
    }

    /** The id of a new system with a percentage. */
    String system(String lane, String sourceStatus, int percent) {
        return made(lane, "system", sourceStatus, ", \"signal_percent\": " + percent);
    }

    Reply get(String signal) {
        return http.get(URL + "/" + signal).expect(200);
    }

    Reply patch(String signal, String body) {
        return http.patch(URL + "/" + signal, body);
    }

    Reply act(String signal, String verb, String body) {
        return http.post(URL + "/" + signal + "/" + verb, body);
    }

    Reply block(String signal) {
        return act(signal, "block", "{\"reason\": \"It drifts.\"}");
    }

    Reply unblock(String signal) {
        return act(signal, "unblock", "{\"reason\": \"It is right again.\"}");
    }

    Reply summary(String query) {
        return http.get(BASE + "/summary" + query).expect(200);
    }

    /** Status and percentage. */
    static String shown(Reply signal) {
        return signal.at("/status") + " " + signal.at("/signal_percent");
    }

    /** The member of each entry of a list. */
    static List<String> each(Reply reply, String list, String pointer) {
        var found = new ArrayList<String>();
        reply.json().at(list).forEach(entry -> found.add(entry.at(pointer).asText()));
        return found;
    }
}
