package org.guildhall.tasks.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.Http;
import org.guildhall.NodeProcess;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes send 500 messages, and one of them is killed meanwhile. */
class KilledNodeTest {

    private static final String MESSAGES = "/api/v1/tasks/messages";
    private static final String TRANSPORTS = "/api/v1/tasks/transports";
    private static final int COUNT = 500;
    private static final int ANSWER_MILLIS = 60;
    /** Take-over of a dead node's tasks, and the lease of its attempts. */
    private static final Duration WAIT_MAX = Duration.ofMinutes(4);

    private static int size(Http http, String state) {
        return Integer.parseInt(String.valueOf(http.get(MESSAGES + "?limit=1&include_total=true&state=" + state).expect(200).at("/page/total")));
    }

    private static List<String> ids(Http http, String state) {
        var ids = new ArrayList<String>();
        String next = null;
        do {
            var page = http.get(MESSAGES + "?limit=200&fields=email_message_id&state=" + state + (next == null ? "" : "&cursor=" + next)).expect(200);
            ids.addAll(page.json().get("data").findValuesAsText("email_message_id"));
            next = page.at("/page/next_cursor");
        } while (next != null);
        return ids;
    }

    private static Map<String, Long> handedOver(SmtpStub mail) {
        return mail.received().stream()
                .filter(line -> line.startsWith("Message-ID: "))
                .map(line -> line.substring("Message-ID: ".length()))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    @Test
    void nodeKilledWhileSending_noMessageIsSentTwice(@TempDir Path folder) throws Exception {
        try (var mail = new SmtpStub(Map.of(), ANSWER_MILLIS); var server = TestServer.freshSending()) {
            var tenant = server.liveTenant();
            var http = new Http(server, tenant.token());
            var transport = TRANSPORTS + "/" + http.post(TRANSPORTS, """
                    {"name": "Mail", "smtp": {"host": "127.0.0.1", "port": %d, "tls": "none"}, "is_default": true, "rate_per_minute": 6000,
                     "sender": {"address": "hello@winterstreet.example"}}""".formatted(mail.port())).expect(201).at("/id");
            http.post(transport + "/pause", null).expect(200);
            for (int number = 0; number < COUNT; number++) {
                http.post(MESSAGES, "{\"to\": {\"address\": \"m%d@members.example\"}, \"subject\": \"S\", \"body\": \"B\"}".formatted(number)).expect(201);
            }
            var killed = NodeProcess.start(server, folder.resolve("log"));
            http.post(transport + "/resume", null).expect(200);
            long end = System.nanoTime() + WAIT_MAX.toNanos();
            while (handedOver(mail).size() < COUNT / 3 && System.nanoTime() < end) {
                Thread.sleep(5);
            }
            // Both nodes wait for an answer now.
            mail.answerEndsAfter(3_000);
            Thread.sleep(1_000);
            killed.kill();
            mail.answerEndsAfter(ANSWER_MILLIS);
            while (size(http, "queued") + size(http, "sending") > 0 && System.nanoTime() < end) {
                // The lost attempts of the killed node need not wait for the end of their minute. Those of the other node take milliseconds.
                tenant.sql("""
                        update tasks.messages set lease_until = platform.app_now()
                        where tenant_id = ? and state = 'sending' and updated_at < platform.app_now() - interval '5 seconds'""", tenant.id());
                Thread.sleep(500);
            }
            var sent = ids(http, "sent");
            var unknown = ids(http, "unknown");
            var handedOver = handedOver(mail);
            assertEquals(COUNT, sent.size() + unknown.size());
            assertTrue(!unknown.isEmpty() && unknown.size() <= 2, "the attempts of the killed node are lost, and no others: " + unknown);
            handedOver.forEach((id, times) -> assertEquals(1, times, id));
            assertEquals(List.of(), sent.stream().filter(id -> !handedOver.containsKey(id)).toList(), "sent without being handed over");
        }
    }
}
