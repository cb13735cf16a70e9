import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Joins the files of the spec into one document. Path items are inlined; every other referenced node becomes a component, named by the last
 * segment of its pointer, so the authors choose the names. Two different targets with one name are a mistake.
 */
final class Bundle {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static final Set<String> SCHEMA_MEMBERS = Set.of("x-expanded", "x-personal", "x-id-prefix", "x-merge-patch");

    /** All nodes of these files become components, referenced or not, since completing the operations may need them. */
    private static final Map<String, String> SHARED = Map.of(
            "shared/parameters.yaml", "parameters",
            "shared/headers.yaml", "headers",
            "shared/responses.yaml", "responses",
            "shared/schemas.yaml", "schemas",
            "shared/scopes.yaml", "schemas",
            "shared/ids.yaml", "schemas");

    private final Sources sources;
    private final List<String> mistakes = new ArrayList<>();
    private final Map<String, Map<String, JsonNode>> components = new TreeMap<>();
    private final Map<String, Sources.Place> places = new HashMap<>();

    private Bundle(Sources sources) {
        this.sources = sources;
    }

    /**
     * Joins the spec in a folder.
     *
     * @return the document, with every component of {@code shared/}, not yet completed by the policies
     * @throws SpecMistakes with every mistake that was found
     */
    static ObjectNode join(Path folder) {
        var bundle = new Bundle(new Sources(folder));
        ObjectNode joined = bundle.joined();
        if (!bundle.mistakes.isEmpty()) {
            throw new SpecMistakes(bundle.mistakes);
        }
        return joined;
    }

    private ObjectNode joined() {
        Sources.Place root = sources.place("openapi.yaml", "");
        JsonNode source = sources.at(root);
        ObjectNode document = JSON.objectNode();
        for (var member : source.properties()) {
            switch (member.getKey()) {
                case "paths" -> document.set("paths", paths(member.getValue(), root.file()));
                case "components" -> rootComponents(member.getValue(), root.file());
                case "tags", "x-tagGroups" -> document.set(member.getKey(), member.getValue().deepCopy());
                default -> {
                    unextended(member.getKey(), member.getValue());
                    document.set(member.getKey(), member.getValue().deepCopy());
                }
            }
        }
        SHARED.forEach((file, section) -> {
            if (sources.has(file)) {
                Sources.Place whole = sources.place(file, "");
                sources.at(whole).fieldNames().forEachRemaining(
                        name -> component(ComponentKind.ofSection(section), new Sources.Place(whole.file(), "/" + name), file));
            }
        });
        ObjectNode all = document.putObject("components");
        components.forEach((section, members) -> all.putObject(section).setAll(members));
        operationIdsAreUnique(document);
        return document;
    }

    private ObjectNode paths(JsonNode paths, Path file) {
        ObjectNode joined = JSON.objectNode();
        Map<String, String> shapes = new HashMap<>();
        for (var path : paths.properties()) {
            String twin = shapes.put(path.getKey().replaceAll("\\{[^}]*}", "{}"), path.getKey());
            if (twin != null) {
                mistakes.add("openapi.yaml: the paths " + twin + " and " + path.getKey() + " are the same");
            }
            joined.set(path.getKey(), walk(path.getValue(), ComponentKind.PATH_ITEM, file, path.getKey()));
        }
        return joined;
    }

    /** Components that the root file names itself. A bare reference there is an alias of a component in another file. */
    private void rootComponents(JsonNode sections, Path file) {
        for (var section : sections.properties()) {
            ComponentKind kind = ComponentKind.ofSection(section.getKey());
            for (var member : section.getValue().properties()) {
                var place = new Sources.Place(file, "/components/" + section.getKey() + "/" + member.getKey());
                String reference = member.getValue().path("$ref").asText();
                if (kind == null) {
                    components.computeIfAbsent(section.getKey(), key -> new TreeMap<>()).put(member.getKey(), member.getValue());
                } else if (reference.endsWith("/" + member.getKey())) {
                    reference(reference, kind, file, "openapi.yaml");
                } else {
                    component(kind, place, "openapi.yaml");
                }
            }
        }
    }

    private JsonNode walk(JsonNode node, ComponentKind kind, Path file, String where) {
        if (node.isArray()) {
            ArrayNode list = JSON.arrayNode();
            for (int i = 0; i < node.size(); i++) {
                list.add(walk(node.get(i), kind.child(""), file, where + "/" + i));
            }
            return list;
        }
        if (!node.isObject() || kind == ComponentKind.PLAIN) {
            return node.deepCopy();
        }
        if (kind == ComponentKind.DISCRIMINATOR) {
            return discriminator(node, file, where);
        }
        boolean referable = kind.section != null || kind == ComponentKind.PATH_ITEM;
        ObjectNode copy = JSON.objectNode();
        if (referable && node.path("$ref").isTextual()) {
            JsonNode found = reference(node.get("$ref").asText(), kind, file, where);
            if (kind == ComponentKind.PATH_ITEM) {
                return found;
            }
            copy.setAll((ObjectNode) found);
        }
        for (var member : node.properties()) {
            String name = member.getKey();
            if (referable && name.equals("$ref")) {
                continue;
            }
            ComponentKind child = kind.child(name);
            if (name.startsWith("x-") && !kind.collection()) {
                extension(name, kind, file, where);
            }
            copy.set(name, child == ComponentKind.PLAIN ? member.getValue().deepCopy() : walk(member.getValue(), child, file, where + "/" + name));
        }
        return copy;
    }

    private void extension(String name, ComponentKind kind, Path file, String where) {
        boolean known = kind == ComponentKind.OPERATION && Policy.MEMBERS.contains(name) || kind == ComponentKind.SCHEMA && SCHEMA_MEMBERS.contains(name);
        if (!known) {
            Set<String> elsewhere = new HashSet<>(Policy.MEMBERS);
            elsewhere.addAll(SCHEMA_MEMBERS);
            mistakes.add(at(file, where) + name + (elsewhere.contains(name) ? " doesn't belong here" : " is unknown"));
        }
    }

    /** The root's own parts (info, tags and servers) may have no extensions at any depth. */
    private void unextended(String name, JsonNode node) {
        if (name.startsWith("x-")) {
            mistakes.add("openapi.yaml: " + name + " is unknown");
        }
        node.properties().forEach(member -> unextended(member.getKey(), member.getValue()));
        if (node.isArray()) {
            node.forEach(member -> unextended("", member));
        }
    }

    /** The values of a discriminator's mapping are references, too, without {@code $ref}. */
    private JsonNode discriminator(JsonNode node, Path file, String where) {
        ObjectNode copy = node.deepCopy();
        for (var entry : node.path("mapping").properties()) {
            JsonNode found = reference(entry.getValue().asText(), ComponentKind.SCHEMA, file, where + "/mapping/" + entry.getKey());
            ((ObjectNode) copy.get("mapping")).set(entry.getKey(), found.path("$ref"));
        }
        return copy;
    }

    /** What stands where a reference stood: the path item itself, or a reference to the component that the target has become. */
    private JsonNode reference(String reference, ComponentKind kind, Path file, String where) {
        Sources.Place target = target(reference, file, where);
        if (target == null) {
            return JSON.objectNode();
        }
        if (kind == ComponentKind.PATH_ITEM) {
            return walk(sources.at(target), kind, target.file(), where);
        }
        component(kind, target, at(file, where));
        return JSON.objectNode().put("$ref", "#/components/" + kind.section + "/" + target.name());
    }

    private Sources.Place target(String reference, Path file, String where) {
        try {
            return sources.target(file, reference);
        } catch (IllegalArgumentException e) {
            mistakes.add(at(file, where) + e.getMessage());
            return null;
        }
    }

    private void component(ComponentKind kind, Sources.Place first, String from) {
        Sources.Place place = first;
        String name = place.name();
        for (String next = alias(place); next != null; next = alias(place)) {
            place = target(next, place.file(), place.pointer());
            if (place == null) {
                return;
            }
        }
        if (!name.matches("[A-Za-z0-9._-]+")) {
            mistakes.add(from + "a reference must name a member, " + sources.show(place.file()) + "#" + place.pointer() + " doesn't");
            return;
        }
        if (kind == ComponentKind.SCHEMA && Names.isTaken(name)) {
            mistakes.add(from + "no schema can be called " + name + ", which is a type of some client's language");
        }
        Sources.Place known = places.putIfAbsent(kind.section + "/" + name, place);
        if (known == null) {
            var section = components.computeIfAbsent(kind.section, key -> new TreeMap<>());
            // The component may refer to itself, so its name is taken before its members are copied.
            section.put(name, JSON.objectNode());
            section.put(name, walk(sources.at(place), kind, place.file(), place.pointer()));
        } else if (!known.equals(place)) {
            mistakes.add("two " + kind.section + " are called " + name + ": " + sources.show(known.file()) + "#" + known.pointer() + " and "
                    + sources.show(place.file()) + "#" + place.pointer());
        }
    }

    /** If a file only passes on another file's component under the same name, that component is used. */
    private String alias(Sources.Place place) {
        JsonNode node = sources.at(place);
        String reference = node.path("$ref").asText();
        return node.size() == 1 && reference.endsWith("/" + place.name()) ? reference : null;
    }

    private void operationIdsAreUnique(ObjectNode document) {
        Map<String, String> owners = new HashMap<>();
        for (var path : document.path("paths").properties()) {
            for (var member : path.getValue().properties()) {
                String id = member.getValue().path("operationId").asText();
                if (ComponentKind.PATH_ITEM.child(member.getKey()) == ComponentKind.OPERATION) {
                    String name = member.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
                    String other = owners.put(id, name);
                    if (id.isEmpty()) {
                        mistakes.add(name + " has no operationId");
                    } else if (other != null) {
                        mistakes.add("two operations are called " + id + ": " + other + " and " + name);
                    }
                }
            }
        }
    }

    private String at(Path file, String where) {
        return sources.show(file) + " (" + where + "): ";
    }
}
