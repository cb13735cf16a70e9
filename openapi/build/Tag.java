import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A tag of the document: one resource.
 *
 * @param domain the one group of {@code x-tagGroups} that lists it
 * @param category {@code x-audit-category}: the category of the audit events that its mutations leave
 */
record Tag(String name, String domain, String category) {

    private static final Set<String> MEMBERS = Set.of("name", "description", "x-displayName", "x-audit-category");

    /**
     * Reads {@code tags} and {@code x-tagGroups}.
     *
     * @param mistakes gets a line for each tag without a group, an audit category or a name to display, and for each group that lists an unknown tag
     * @return by name, in the order of the document
     */
    static Map<String, Tag> read(JsonNode document, List<String> mistakes) {
        Map<String, String> domains = new TreeMap<>();
        for (JsonNode group : document.path("x-tagGroups")) {
            for (JsonNode name : group.path("tags")) {
                if (domains.put(name.asText(), group.path("name").asText()) != null) {
                    mistakes.add("x-tagGroups: the tag " + name.asText() + " is listed twice");
                }
            }
        }
        Map<String, Tag> tags = new LinkedHashMap<>();
        for (JsonNode tag : document.path("tags")) {
            String name = tag.path("name").asText();
            require(name.matches("[a-z]+(-[a-z]+)*"), "tags: " + name + " must be like plan-ladders", mistakes);
            require(domains.containsKey(name), "tags: " + name + " is in no group of x-tagGroups", mistakes);
            require(tag.has("x-displayName"), "tags: " + name + " has no x-displayName", mistakes);
            require(tag.has("x-audit-category"), "tags: " + name + " has no x-audit-category", mistakes);
            tag.fieldNames().forEachRemaining(
                    member -> require(MEMBERS.contains(member), "tags: " + name + ": " + member + " is unknown", mistakes));
            tags.put(name, new Tag(name, domains.getOrDefault(name, ""), tag.path("x-audit-category").asText()));
        }
        domains.keySet().forEach(name -> require(tags.containsKey(name), "x-tagGroups: the tag " + name + " isn't declared", mistakes));
        return tags;
    }

    private static void require(boolean right, String mistake, List<String> mistakes) {
        if (!right) {
            mistakes.add(mistake);
        }
    }
}
