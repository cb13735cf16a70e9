package org.guildhall.core.http.uri;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.guildhall.api.Operation;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the operation of a path, segment by segment, in time independent of the number of operations. A literal segment wins over a
 * parameter: {@code /invitations/accept} is never the invitation with the id {@code accept}.
 */
public final class Paths {

    /** The prefix of all operations' paths. */
    public static final String BASE = "/api/v1/";

    /** All operations at one path. */
    public static final class PathOperations {
        private final List<String> parameters;
        private final Map<String, Operation> operations = new HashMap<>();
        private final SortedSet<String> methods = new TreeSet<>();

        private PathOperations(List<String> parameters) {
            this.parameters = parameters;
        }

        /** The operation of a method, or null. HEAD is answered by the operation of GET. */
        public @Nullable Operation operation(String method) {
            return operations.get(method);
        }

        /** The methods of the operations here. */
        public SortedSet<String> methods() {
            return methods;
        }
    }

    /** The operations at a path, with the values of the path's parameters. */
    public record PathMatch(PathOperations path, List<String> values) {

        /** The value of a path parameter, decoded. */
        public String value(String parameter) {
            return values.get(path.parameters.indexOf(parameter));
        }
    }

    private static final class Segment {
        private final Map<String, Segment> literals = new HashMap<>();
        private @Nullable Segment parameter;
        private @Nullable PathOperations path;
    }

    /** Pages beside the operations that may also be suggested as the nearest path. */
    private static final List<String> PAGES = List.of("/docs", "/problems", "/problems/{code}");

    private final Segment root = new Segment();
    private final List<String> templates;

    /** @throws IllegalStateException if a path isn't under {@link #BASE}, or two paths differ in the names of their parameters only */
    public Paths(List<Operation> operations) {
        this.templates = Stream.concat(operations.stream().map(Operation::path).distinct(), PAGES.stream()).toList();
        operations.forEach(this::add);
    }

    private void add(Operation operation) {
        if (!operation.path().startsWith(BASE)) {
            throw new IllegalStateException(operation.path() + " isn't under " + BASE);
        }
        var at = root;
        var parameters = new ArrayList<String>();
        for (var segment : operation.path().substring(1).split("/", -1)) {
            if (!segment.startsWith("{")) {
                at = at.literals.computeIfAbsent(segment, any -> new Segment());
                continue;
            }
            parameters.add(segment.substring(1, segment.length() - 1));
            if (at.parameter == null) {
                at.parameter = new Segment();
            }
            at = at.parameter;
        }
        if (at.path == null) {
            at.path = new PathOperations(List.copyOf(parameters));
        } else if (!at.path.parameters.equals(parameters)) {
            throw new IllegalStateException("two paths differ in the names of their parameters only: " + operation.path());
        }
        at.path.operations.put(operation.method(), operation);
        at.path.methods.add(operation.method());
        if (operation.method().equals("GET")) {
            at.path.operations.put("HEAD", operation);
            at.path.methods.add("HEAD");
        }
    }

    /**
     * Looks up a path.
     *
     * @param path the path as sent, not decoded
     * @return null if no operation has the path
     */
    public @Nullable PathMatch at(String path) {
        var at = root;
        var values = new ArrayList<String>(2);
        for (int start = 1; start <= path.length(); ) {
            int end = path.indexOf('/', start);
            var segment = path.substring(start, end < 0 ? path.length() : end);
            var next = at.literals.get(segment);
            if (next == null && !segment.isEmpty()) {
                next = at.parameter;
                values.add(decoded(segment));
            }
            if (next == null) {
                return null;
            }
            at = next;
            start = end < 0 ? path.length() + 1 : end + 1;
        }
        return at.path == null ? null : new PathMatch(at.path, values);
    }

    /** The 404 for an unknown path; it names the nearest existing one. */
    public ProblemException unknown(String path) {
        var nearest = NearestPath.of(path, templates);
        return Problem.NOT_FOUND.because("There is no path " + path + (nearest == null ? "." : "; the nearest one is " + nearest + "."))
                .member("hint", "Correct the path. /docs shows all paths of the API.");
    }

    /** Decodes a segment. A plus sign is literal in a path. Jetty has refused most undecodable paths before. */
    private static String decoded(String segment) {
        try {
            return segment.indexOf('%') < 0 ? segment : URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException undecodable) {
            throw Problem.REQUEST_REFUSED.because("The path has a percent sign without two hexadecimal digits.");
        }
    }
}
