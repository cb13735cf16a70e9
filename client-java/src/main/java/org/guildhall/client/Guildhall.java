package org.guildhall.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The client of one Guildhall server, for one token. Safe for use by many threads; make one and keep it.
 *
 * <pre>{@code
 * Guildhall guildhall = Guildhall.builder().baseUrl("https://api.example.org").token(token).build();
 * Product product = guildhall.catalog().products().create(new NewProduct("Adult membership")).value();
 * }</pre>
 *
 * <p>{@code with…} gives a client that differs in one thing, for one call or many, at no cost. The interface and those of the domains let
 * a test fake the client: their methods throw {@link UnsupportedOperationException} until a fake overrides them.
 *
 * <p>Calls throw {@link ProblemException} where the server refuses, {@link GuildhallException} where there is no answer. What may pass is
 * tried again: no answer at all, 429, 500, 502, 503, 504, and 409 while an earlier attempt with the same idempotency key is still running.
 */
public interface Guildhall extends Apis {

    /** Begins with nothing said; only the base URL must be. */
    static Builder builder() {
        return new Builder();
    }

    /** A mapper that reads and writes the models as the client does, to keep them in files or show them. */
    static ObjectMapper mapper() {
        return Json.MAPPER.copy();
    }

    /**
     * A client with another token, which shares the connections and all else with this one.
     *
     * @throws IllegalArgumentException if it has characters that no token has
     */
    default Guildhall withToken(String token) {
        throw new UnsupportedOperationException("withToken");
    }

    /** A client that gets its token there for each attempt, and shares the connections and all else with this one. */
    default Guildhall withToken(Supplier<String> source) {
        throw new UnsupportedOperationException("withToken");
    }

    /** A client whose attempts may take so long, for a single call perhaps; it shares the connections and all else with this one. */
    default Guildhall withTimeout(Duration time) {
        throw new UnsupportedOperationException("withTimeout");
    }

    /** A client that tries again so often at most, 0 for never; it shares the connections and all else with this one. */
    default Guildhall withMaxRetries(int count) {
        throw new UnsupportedOperationException("withMaxRetries");
    }

    /** What a client is made from. */
    final class Builder {

        private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

        private URI baseUrl;
        private Supplier<String> token = () -> null;
        private Duration timeout = Duration.ofSeconds(30);
        private int maxRetries = 4;
        private Duration maxRetryWait = Duration.ofSeconds(60);
        private HttpClient httpClient;
        private CallObserver observer = attempt -> {};
        private Retries.Sleep sleep = time -> Thread.sleep(time.toMillis());

        private Builder() {}

        /**
         * Where the server is, without {@code /api/v1}: {@code https://api.example.org}.
         *
         * @throws IllegalArgumentException if it is no http or https URL, or has a query
         */
        public Builder baseUrl(String url) {
            // Not shown: it may hold a password, or be the token in the wrong place.
            var none = new IllegalArgumentException(
                    "The base URL is http:// or https:// with a host, without user, query and fragment: https://api.example.org");
            URI uri;
            try {
                uri = new URI(url.strip().replaceAll("/+$", ""));
            } catch (URISyntaxException e) {
                throw none;
            }
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!http || uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null || uri.getUserInfo() != null) {
                throw none;
            }
            baseUrl = uri;
            return this;
        }

        /**
         * The API token, without the white space around it. Without a token, only public operations can be called.
         *
         * @throws IllegalArgumentException if it has characters that no token has
         */
        public Builder token(String value) {
            String stripped = Secrets.token(value);
            return token(() -> stripped);
        }

        /** Where to get the token for each attempt, so that it may be rotated while the client lives. */
        public Builder token(Supplier<String> source) {
            token = Objects.requireNonNull(source);
            return this;
        }

        /** How long one attempt may take, until its answer is there whole; 30 seconds unless said. */
        public Builder timeout(Duration time) {
            timeout = Settings.positive(time);
            return this;
        }

        /** How often a call is tried again at most; 4 unless said, 0 for never. */
        public Builder maxRetries(int count) {
            maxRetries = Settings.notNegative(count);
            return this;
        }

        /** The longest wait between two attempts; 60 seconds unless said. Where the server asks for more, its problem is thrown. */
        public Builder maxRetryWait(Duration time) {
            maxRetryWait = Settings.positive(time);
            return this;
        }

        /** The HTTP client to use, for proxies and certificates. It should follow no redirects: the token would follow them too. */
        public Builder httpClient(HttpClient client) {
            httpClient = Objects.requireNonNull(client);
            return this;
        }

        /** What is told of every attempt, for logs and metrics. */
        public Builder observer(CallObserver other) {
            observer = Objects.requireNonNull(other);
            return this;
        }

        Builder sleep(Retries.Sleep other) {
            sleep = other;
            return this;
        }

        /**
         * Makes the client. Nothing is sent yet.
         *
         * @throws IllegalStateException if the base URL is missing
         */
        public Guildhall build() {
            if (baseUrl == null) {
                throw new IllegalStateException("the base URL is missing");
            }
            HttpClient client = httpClient != null ? httpClient : HttpClient.newBuilder()
                    .connectTimeout(CONNECT_TIMEOUT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    // In clear text HTTP/2 begins with an upgrade that some servers and proxies take amiss.
                    .version("https".equals(baseUrl.getScheme()) ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                    .build();
            return new GuildhallClient(
                    new Settings(baseUrl, token, client, timeout, new Retries(maxRetries, maxRetryWait, sleep), observer));
        }
    }
}
