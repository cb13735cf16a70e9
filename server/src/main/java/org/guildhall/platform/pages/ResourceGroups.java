package org.guildhall.platform.pages;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One group per resource, within its room, by the paths: {@code /runtime/organizations/{id}/invitations} belongs to invitations. */
final class ResourceGroups {

    private static final String BASE = "/api/v1/";
    /** The group of paths outside the rooms. */
    private static final String ROOT = "platform";

    private final ObjectNode document;
    private final Set<String> rooms;
    private final Map<String, Set<String>> collections = new LinkedHashMap<>();

    ResourceGroups(ObjectNode document) {
        this.document = document;
        this.rooms = Set.copyOf(document.path("tags").findValuesAsText("name"));
        document.path("paths").fieldNames().forEachRemaining(path -> {
            var parts = parts(path);
            if (parts.size() > 1) {
                collections.computeIfAbsent(parts.getFirst(), room -> new LinkedHashSet<>()).add(parts.get(1));
            }
        });
    }

    /** Replaces the tags of the operations, and lists the groups by room. */
    void write() {
        var byRoom = new LinkedHashMap<String, Set<String>>();
        for (var path : document.path("paths").properties()) {
            var room = room(path.getKey());
            var group = group(path.getKey());
            byRoom.computeIfAbsent(room, name -> new LinkedHashSet<>()).add(group);
            for (var member : path.getValue()) {
                if (member instanceof ObjectNode operation && operation.has("operationId")) {
                    operation.putArray("tags").add(group);
                }
            }
        }
        var tags = document.putArray("tags");
        var groups = document.putArray("x-tagGroups");
        byRoom.forEach((room, names) -> {
            var listed = groups.addObject().put("name", title(room)).putArray("tags");
            for (var name : names) {
                listed.add(name);
                tags.addObject().put("name", name).put("x-displayName", title(name));
            }
        });
    }

    private String room(String path) {
        var parts = parts(path);
        return rooms.contains(parts.getFirst()) ? parts.getFirst() : ROOT;
    }

    private String group(String path) {
        var parts = parts(path);
        if (!rooms.contains(parts.getFirst())) {
            return parts.getFirst().replaceFirst("\\..*", "");
        }
        var last = parts.getLast();
        var resource = collections.get(parts.getFirst()).stream()
                .filter(name -> parts.size() > 2 && (name.equals(last) || name.endsWith("-" + last)))
                .findFirst()
                .orElse(parts.get(1));
        // If two rooms have the same resource, the first one in the document gets the plain name.
        var first = collections.entrySet().stream().filter(room -> room.getValue().contains(resource)).findFirst();
        return first.isPresent() && first.get().getKey().equals(parts.getFirst()) ? resource : parts.getFirst() + "-" + resource;
    }

    /** The literal segments after the base path. */
    private static List<String> parts(String path) {
        return List.of(path.substring(BASE.length()).split("/")).stream().filter(part -> !part.startsWith("{")).toList();
    }

    private static String title(String name) {
        return switch (name) {
            case "auth" -> "Authentication";
            case "openapi" -> "This document";
            case "org-types" -> "Organization types";
            default -> Character.toUpperCase(name.charAt(0)) + name.substring(1).replace('-', ' ');
        };
    }
}
