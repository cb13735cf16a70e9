package org.guildhall.smoke.bench;

import static io.hyperfoil.http.steps.HttpStepCatalog.SC;

import io.hyperfoil.api.config.BenchmarkBuilder;
import io.hyperfoil.api.statistics.StatisticsSnapshot;
import io.hyperfoil.core.impl.LocalSimulationRunner;
import io.hyperfoil.http.api.HttpMethod;
import io.hyperfoil.http.config.HttpPluginBuilder;
import io.hyperfoil.http.config.Protocol;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Load by Hyperfoil. Each connection sends its next request after the last answer, so the rate is the server's maximum, and a latency is
 * that of one among many concurrent callers.
 */
final class Load {

    /**
     * One round of one path.
     *
     * @param count the answered requests
     * @param perSecond the answered requests per second
     */
    record Round(long count, double perSecond, long meanMicros, long p50Micros, long p99Micros) {}

    /** One request; the body is null for none. */
    record Request(String path, Map<String, String> headers, @Nullable String body) {}

    /** The requests of one path: each call of {@code next} returns another one. */
    record Requests(String method, Supplier<Request> next) {}

    private static final long GRACE_MILLIS = 10_000;

    private final int port;

    Load(int port) {
        this.port = port;
    }

    /**
     * Sends requests for a time and returns the measurements.
     *
     * @throws IllegalStateException if any answer is an error, since the figures would be meaningless
     */
    Round run(Requests requests, int connections, double seconds) {
        // Shared connections are opened before the measurement starts.
        var builder = BenchmarkBuilder.builder()
                .name("bench")
                .addPlugin(HttpPluginBuilder::new)
                .ergonomics().repeatCookies(false).userAgentFromSession(false).endErgonomics()
                .http().protocol(Protocol.HTTP).host("127.0.0.1").port(port).allowHttp2(false).sharedConnections(connections).endHttp()
                .endPlugin()
                .threads(1);
        long millis = Math.round(seconds * 1000);
        var step = builder.addPhase("round").always(connections).duration(millis).maxDuration(millis + GRACE_MILLIS).scenario()
                .initialSequence("request")
                .step(SC).httpRequest(HttpMethod.valueOf(requests.method()));
        // The path comes first. Headers and body are asked for later, when another connection may have taken its path.
        var current = new ConcurrentHashMap<Integer, Request>();
        step.path(session -> {
            var request = requests.next().get();
            current.put(session.uniqueId(), request);
            return request.path();
        });
        step.headerAppender((session, message) -> current.get(session.uniqueId()).headers().forEach(message::putHeader));
        if (requests.method().equals("POST")) {
            step.body((session, connection) -> Unpooled.wrappedBuffer(current.get(session.uniqueId()).body().getBytes(StandardCharsets.UTF_8)));
        }
        var sum = new StatisticsSnapshot();
        new LocalSimulationRunner(builder.build(), (phase, stepId, metric, snapshot, countDown) -> sum.add(snapshot), null, null).run();
        long wrong = sum.errors() + sum.invalid;
        if (wrong > 0 || sum.responseCount == 0) {
            throw new IllegalStateException(requests.method() + " " + requests.next().get().path() + ": " + wrong + " of " + sum.requestCount
                    + " requests were not answered with success");
        }
        return new Round(sum.responseCount, sum.responseCount / seconds, micros(sum.histogram.getMean()), micros(sum.histogram.getValueAtPercentile(50)),
                micros(sum.histogram.getValueAtPercentile(99)));
    }

    private static long micros(double nanos) {
        return Math.round(nanos / 1000);
    }
}
