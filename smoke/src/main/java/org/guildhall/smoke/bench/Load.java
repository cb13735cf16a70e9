package org.guildhall.smoke.bench;

import static io.hyperfoil.http.steps.HttpStepCatalog.SC;

import io.hyperfoil.api.config.BenchmarkBuilder;
import io.hyperfoil.api.statistics.StatisticsSnapshot;
import io.hyperfoil.core.impl.LocalSimulationRunner;
import io.hyperfoil.http.api.HttpMethod;
import io.hyperfoil.http.config.HttpPluginBuilder;
import io.hyperfoil.http.config.Protocol;
import java.util.Map;
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
     * @param perSecond the answered requests per second
     */
    record Round(double perSecond, long meanMicros, long p50Micros, long p99Micros) {}

    /**
     * The repeated request.
     *
     * @param path returns the path of the next request
     * @param headers returns the headers of the next request
     */
    record Requests(String method, Supplier<String> path, Supplier<Map<String, String>> headers, @Nullable String body) {}

    private static final long GRACE_MILLIS = 10_000;

    private final int port;

    Load(int port) {
        this.port = port;
    }

    /**
     * Sends requests for a time and returns the measurements.
     *
     * @throws IllegalStateException if any answer is not a success, since the figures would be meaningless
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
        step.path(session -> requests.path().get());
        step.headerAppender((session, request) -> requests.headers().get().forEach(request::putHeader));
        if (requests.body() != null) {
            step.body(requests.body());
        }
        var sum = new StatisticsSnapshot();
        new LocalSimulationRunner(builder.build(), (phase, stepId, metric, snapshot, countDown) -> sum.add(snapshot), null, null).run();
        long wrong = sum.errors() + sum.invalid;
        if (wrong > 0 || sum.responseCount == 0) {
            throw new IllegalStateException(requests.method() + " " + requests.path().get() + ": " + wrong + " of " + sum.requestCount
                    + " requests were not answered with success");
        }
        return new Round(sum.responseCount / seconds, micros(sum.histogram.getMean()), micros(sum.histogram.getValueAtPercentile(50)),
                micros(sum.histogram.getValueAtPercentile(99)));
    }

    private static long micros(double nanos) {
        return Math.round(nanos / 1000);
    }
}
