package org.guildhall.core.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.guildhall.api.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Which methods each path has. Where a parameter of one path fits the literal segment of another, the literal one is meant:
 * {@code /invitations/accept} is never the invitation that is called accept.
 */
final class Methods {

    private final Map<String, SortedSet<String>> byPath = new LinkedHashMap<>();

    Methods(List<Operation> operations) {
        for (var operation : operations) {
            var methods = byPath.computeIfAbsent(operation.path(), any -> new TreeSet<>());
            methods.add(operation.method());
            if (operation.method().equals("GET")) {
                methods.add("HEAD");
            }
        }
    }

    /** Every path as the document has it, with its methods. */
    Map<String, SortedSet<String>> all() {
        return byPath;
    }

    /** Methods that a path doesn't have, and that another one has which fits it as well. */
    Set<String> strangers(String path) {
        var strangers = new TreeSet<String>();
        byPath.forEach((other, methods) -> {
            if (!other.equals(path) && fits(other, path)) {
                strangers.addAll(methods);
            }
        });
        strangers.removeAll(byPath.getOrDefault(path, new TreeSet<>()));
        return strangers;
    }

    /** The methods of what is at the path of a request; null if nothing is. */
    @Nullable SortedSet<String> at(String path) {
        SortedSet<String> found = null;
        int fewest = Integer.MAX_VALUE;
        for (var entry : byPath.entrySet()) {
            int parameters = entry.getKey().split("\\{", -1).length;
            if (parameters < fewest && fits(entry.getKey(), path)) {
                found = entry.getValue();
                fewest = parameters;
            }
        }
        return found;
    }

    private static boolean fits(String template, String path) {
        var wanted = template.split("/", -1);
        var given = path.split("/", -1);
        if (wanted.length != given.length) {
            return false;
        }
        for (int at = 0; at < wanted.length; at++) {
            boolean parameter = wanted[at].startsWith("{");
            if (parameter ? given[at].isEmpty() || given[at].startsWith("{") : !wanted[at].equals(given[at])) {
                return false;
            }
        }
        return true;
    }
}
