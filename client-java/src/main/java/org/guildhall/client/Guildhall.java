package org.guildhall.client;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.openapitools.jackson.nullable.JsonNullableModule;

/**
 * The client of one Guildhall server, for one token. Safe for use by many threads; make one and keep it.
 *
 * <pre>{@code
 * Guildhall guildhall = Guildhall.builder().baseUrl("https://api.example.org").token(token).build();
 * Product product = guildhall.catalog().createProduct(new NewProduct("Adult membership")).value();
 * }</pre>
 *
 * <p>Calls throw {@link ProblemException} where the server refuses, {@link GuildhallException} where there is no answer. What may pass is
 * tried again: no answer at all, 429, 500, 502, 503, 504, and 409 while an earlier attempt with the same idempotency key is still running.
 */
public final class Guildhall extends Apis {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(new JsonNullableModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Guildhall(Transport transport) {
        super(transport);
    }

    /** Begins with nothing said; only the base URL must be. */
    public static Builder builder() {
        return new Builder();
    }

    /** A mapper that reads and writes the models as the client does, to keep them in files or show them. */
    public static ObjectMapper mapper() {
        return MAPPER.copy();
    }

    /** What a client is made from. */
    public static final class Builder {

        private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

        private URI baseUrl;
        private Supplier<String> token = () -> null;
        private Duration timeout = Duration.ofSeconds(30);
        private int maxRetries = 4;
        private Duration maxRetryWait = Duration.ofSeconds(60);
        private HttpClient httpClient;
        private Retries.Sleep sleep = time -> Thread.sleep(time.toMillis());

        private Builder() {}

        /**
         * Where the server is, without {@code /api/v1}: {@code https://api.example.org}.
         *
         * @throws IllegalArgumentException if it is no http or https URL, or has a query
         */
        public Builder baseUrl(String url) {
            URI uri = URI.create(url.replaceAll("/+$", ""));
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!http || uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null || uri.getUserInfo() != null) {
                throw new IllegalArgumentException("not the base URL of a server: " + url);
            }
            baseUrl = uri;
            return this;
        }

        /** The API token. Without one, only what is public can be called. */
        public Builder token(String value) {
            Objects.requireNonNull(value);
            return token(() -> value);
        }

        /** Where to get the token for each attempt, so that it may be rotated while the client lives. */
        public Builder token(Supplier<String> source) {
            token = Objects.requireNonNull(source);
            return this;
        }

        /** How long one attempt may take, until its answer is there whole; 30 seconds unless said. */
        public Builder timeout(Duration time) {
            timeout = positive(time);
            return this;
        }

        /** How often a call is tried again at most; 4 unless said, 0 for never. */
        public Builder maxRetries(int count) {
            if (count < 0) {
                throw new IllegalArgumentException("a count can't be negative");
            }
            maxRetries = count;
            return this;
        }

        /** The longest wait between two attempts; 60 seconds unless said. Where the server asks for more, its problem is thrown. */
        public Builder maxRetryWait(Duration time) {
            maxRetryWait = positive(time);
            return this;
        }

        /** The HTTP client to use, for proxies and certificates. It should follow no redirects: the token would follow them too. */
        public Builder httpClient(HttpClient client) {
            httpClient = Objects.requireNonNull(client);
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
            return new Guildhall(new Transport(baseUrl, token, client, timeout, new Retries(maxRetries, maxRetryWait, sleep), MAPPER));
        }

        private static Duration positive(Duration time) {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException("a time must be more than nothing");
            }
            return time;
        }
    }
}
