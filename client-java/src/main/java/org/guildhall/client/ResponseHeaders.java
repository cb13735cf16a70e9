package org.guildhall.client;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header fields of an answer. Their names are compared without case. */
public final class ResponseHeaders implements Serializable {

    private static final long serialVersionUID = 1;

    /** One limit of {@code RateLimit}: {@code "token";r=998;t=1}. */
    private static final Pattern LIMIT = Pattern.compile("\"([^\"]*)\"((?:;[a-z]+=[0-9]{1,18})*)(?=\\s*(?:,|$))");

    private final TreeMap<String, ArrayList<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private ResponseHeaders(Map<String, List<String>> all, String token) {
        all.forEach((name, values) -> {
            var shown = new ArrayList<String>();
            values.forEach(value -> shown.add(Secrets.hide(value, token)));
            fields.put(name, shown);
        });
    }

    /** Header fields, for tests that fake the client. */
    public static ResponseHeaders of(Map<String, List<String>> fields) {
        return new ResponseHeaders(fields, null);
    }

    /** The header fields of an answer, with the token hidden in them. */
    static ResponseHeaders of(Map<String, List<String>> fields, String token) {
        return new ResponseHeaders(fields, token);
    }

    /** The first value of a field. */
    public Optional<String> first(String name) {
        return all(name).stream().findFirst();
    }

    /** All values of a field; none if the answer doesn't have it. */
    public List<String> all(String name) {
        return Collections.unmodifiableList(fields.getOrDefault(name, new ArrayList<>()));
    }

    /** The id by which the server's operators find the request; null if the answer has none. */
    public String requestId() {
        return first("Request-Id").orElse(null);
    }

    /** The state of each of the caller's rate limits; the lowest one decides. Empty without a token. */
    public List<RateLimit> rateLimits() {
        List<RateLimit> limits = new ArrayList<>();
        for (String value : all("RateLimit")) {
            Matcher found = LIMIT.matcher(value);
            while (found.find()) {
                String remaining = parameter(found.group(2), "r");
                String reset = parameter(found.group(2), "t");
                if (remaining != null) {
                    limits.add(new RateLimit(found.group(1), Long.parseLong(remaining), reset == null ? null : Duration.ofSeconds(Long.parseLong(reset))));
                }
            }
        }
        return limits;
    }

    private static String parameter(String parameters, String name) {
        for (String one : parameters.split(";")) {
            if (one.startsWith(name + "=")) {
                return one.substring(name.length() + 1);
            }
        }
        return null;
    }
}
