package org.guildhall.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The client of one Guildhall server with one token. It is thread-safe; create one and keep it.
 *
 * <pre>{@code
 * Guildhall guildhall = Guildhall.builder().baseUrl("https://api.example.org").token(token).build();
 * Product product = guildhall.catalog().products().create(new NewProduct("Adult membership")).value();
 * }</pre>
 *
 * <p>Each {@code with…} returns a client that differs in one setting, at no cost. Tests can fake this interface and those of the domains:
 * their methods throw {@link UnsupportedOperationException} until a fake overrides them.
 *
 * <p>Calls throw {@link ProblemException} if the server refuses, and {@link GuildhallException} without an answer. Temporary failures are
 * retried: no answer, 429, 500, 502, 503, 504, and 409 while an earlier attempt with the same idempotency key is still running.
 */
public interface Guildhall extends Apis {

    /** A builder with default settings. Only the base URL is required. */
    static Builder builder() {
        return new Builder();
    }

    /** A mapper that reads and writes the models as the client does, for storing or showing them. */
    static ObjectMapper mapper() {
        return Json.MAPPER.copy();
    }

    /**
     * A client with another token, which shares the connections and all other settings.
     *
     * @throws IllegalArgumentException if the token contains invalid characters
     */
    default Guildhall withToken(String token) {
        throw new UnsupportedOperationException("withToken");
    }

    /** A client that gets its token from the source for each attempt, and shares the connections and all other settings. */
    default Guildhall withToken(Supplier<String> source) {
        throw new UnsupportedOperationException("withToken");
    }

    /** A client with another timeout per attempt, which shares the connections and all other settings. */
    default Guildhall withTimeout(Duration time) {
        throw new UnsupportedOperationException("withTimeout");
    }

    /** A client with another maximum of retries, 0 for none, which shares the connections and all other settings. */
    default Guildhall withMaxRetries(int count) {
        throw new UnsupportedOperationException("withMaxRetries");
    }

    /** The settings of a new client. */
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
         * The server's URL without {@code /api/v1}, such as {@code https://api.example.org}.
         *
         * @throws IllegalArgumentException if it is not an http or https URL, or has a query
         */
        public Builder baseUrl(String url) {
            // The value is not shown: it may contain a password, or be a token in the wrong place.
            var none = new IllegalArgumentException(
                    "The base URL must be http:// or https:// with a host, without user, query and fragment: https://api.example.org");
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
         * The API token; white space around it is removed. Without a token, only public operations can be called.
         *
         * @throws IllegalArgumentException if the token contains invalid characters
         */
        public Builder token(String value) {
            String stripped = Secrets.token(value);
            return token(() -> stripped);
        }

        /** The source of the token, called for each attempt, so that the token can be rotated while the client is in use. */
        public Builder token(Supplier<String> source) {
            token = Objects.requireNonNull(source);
            return this;
        }

        /** The timeout of one attempt, until its answer is complete; 30 seconds by default. */
        public Builder timeout(Duration time) {
            timeout = Settings.positive(time);
            return this;
        }

        /** The maximal number of retries of a call; 4 by default, 0 for none. */
        public Builder maxRetries(int count) {
            maxRetries = Settings.notNegative(count);
            return this;
        }

        /** The longest wait between two attempts; 60 seconds by default. If the server asks for a longer one, its problem is thrown. */
        public Builder maxRetryWait(Duration time) {
            maxRetryWait = Settings.positive(time);
            return this;
        }

        /** The HTTP client, for proxies and certificates. It should not follow redirects, since the token would be sent along. */
        public Builder httpClient(HttpClient client) {
            httpClient = Objects.requireNonNull(client);
            return this;
        }

        /** An observer of every attempt, for logs and metrics. */
        public Builder observer(CallObserver other) {
            observer = Objects.requireNonNull(other);
            return this;
        }

        Builder sleep(Retries.Sleep other) {
            sleep = other;
            return this;
        }

        /**
         * Creates the client without sending anything.
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
                    // Without TLS, HTTP/2 begins with an upgrade that some servers and proxies refuse.
                    .version("https".equals(baseUrl.getScheme()) ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                    .build();
            return new GuildhallClient(
                    new Settings(baseUrl, token, client, timeout, new Retries(maxRetries, maxRetryWait, sleep), observer));
        }
    }
}
