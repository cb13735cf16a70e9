package org.guildhall.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes the attempts at a call. Calls are retried if a retry can help and does no harm: every change carries the same idempotency key in
 * all attempts, so it happens once.
 */
final class Sender {

    private static final System.Logger LOG = System.getLogger("org.guildhall.client");
    private static final int NOT_MODIFIED = 304;
    private static final int REFUSED_FROM = 300;

    /** The additional time for a streamed body: the time that the server waits for it. */
    private static final Duration UPLOAD_MAX = Duration.ofMinutes(5);

    private final Settings settings;
    private final ObjectMapper json;

    Sender(Settings settings, ObjectMapper json) {
        this.settings = settings;
        this.json = json;
    }

    /** Reads a problem's whole body. */
    interface Whole<B> {
        byte[] of(B body) throws IOException;
    }

    /** Repeats the attempts until there is a successful answer, or no retry is left. */
    <B> HttpResponse<B> answer(Request request, byte[] body, BodyHandler<B> handler, Whole<B> whole) {
        boolean repeatable = request.upload() == null || request.upload().isRepeatable();
        for (int number = 1; ; number++) {
            var watch = new Watch(request, number);
            String token = token();
            Optional<Duration> wait;
            try {
                HttpResponse<B> answer = attempt(request, body, token, handler);
                if (answer.statusCode() < REFUSED_FROM || answer.statusCode() == NOT_MODIFIED) {
                    watch.answered(answer.statusCode(), answer.headers().firstValue("Request-Id").orElse(null));
                    return answer;
                }
                ProblemException problem = Problems.read(answer, whole.of(answer.body()), token, json);
                wait = settings.retries().after(number, problem).filter(time -> repeatable);
                watch.refused(problem, wait);
                if (wait.isEmpty()) {
                    throw problem;
                }
            } catch (IOException e) {
                String reason = Secrets.hide(reason(e), token);
                wait = settings.retries().after(number).filter(time -> repeatable);
                watch.failed(reason, wait);
                if (wait.isEmpty()) {
                    throw new GuildhallException("No answer from " + settings.server() + " to " + request.summary() + " in " + number
                            + (number == 1 ? " attempt: " : " attempts: ") + reason, Secrets.hide(e, token));
                }
            }
            pause(wait.get());
        }
    }

    private String token() {
        String token = settings.token().get();
        return token == null ? null : Secrets.token(token);
    }

    private <B> HttpResponse<B> attempt(Request request, byte[] body, String token, BodyHandler<B> handler) throws IOException {
        Duration most = request.upload() == null ? settings.timeout() : settings.timeout().plus(UPLOAD_MAX);
        var message = HttpRequest.newBuilder(URI.create(settings.base() + request.target()))
                .timeout(most)
                .method(request.method(), publisher(request, body))
                .header("User-Agent", UserAgent.VALUE);
        request.headers().forEach(message::header);
        if (token != null) {
            message.header("Authorization", "Bearer " + token);
        }
        // The HTTP client's timeout ends with the headers; this wait also bounds the body.
        CompletableFuture<HttpResponse<B>> answer = settings.http().sendAsync(message.build(), handler);
        try {
            return answer.get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new HttpTimeoutException("no complete answer within " + most);
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw interrupted(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new GuildhallException("The request can't be sent to " + settings.server(), Secrets.hide(e.getCause(), token));
        }
    }

    private static BodyPublisher publisher(Request request, byte[] body) {
        if (request.upload() != null) {
            return request.upload().publisher();
        }
        return body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body);
    }

    /** The JDK's exceptions often have no message, or only the name of a class. */
    private static String reason(IOException e) {
        for (Throwable one = e; one != null; one = one.getCause()) {
            if (one instanceof UnresolvedAddressException || one instanceof UnknownHostException) {
                return "the host name can't be resolved";
            }
        }
        if (e instanceof ConnectException && e.getMessage() == null) {
            return "the connection was refused";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage() + " (" + e.getClass().getSimpleName() + ")";
    }

    private void pause(Duration wait) {
        try {
            settings.retries().pause(wait);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static GuildhallException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new GuildhallException("Interrupted while waiting for an answer", e);
    }

    /** Measures one attempt and reports it to the observer. */
    private final class Watch {

        private final Request request;
        private final int number;
        private final long begun = System.nanoTime();

        private Watch(Request request, int number) {
            this.request = request;
            this.number = number;
        }

        private void answered(int status, String requestId) {
            tell(status, null, null, requestId, Optional.empty());
        }

        private void refused(ProblemException problem, Optional<Duration> wait) {
            tell(problem.status(), problem.code(), null, problem.requestId(), wait);
        }

        private void failed(String reason, Optional<Duration> wait) {
            tell(null, null, reason, null, wait);
        }

        private void tell(Integer status, String code, String failure, String requestId, Optional<Duration> wait) {
            Duration taken = Duration.ofNanos(System.nanoTime() - begun);
            try {
                settings.observer().attempted(new Attempt(
                        request.method(), request.route(), number, status, code, failure, requestId, taken, wait.orElse(null)));
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "The call observer failed", e);
            }
        }
    }
}
