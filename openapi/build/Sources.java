import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The YAML files of a spec, each read once, and the targets of references. */
final class Sources {

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final Path root;
    private final Map<Path, JsonNode> files = new HashMap<>();

    /** @param root the folder of {@code openapi.yaml}; references must stay within it */
    Sources(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /**
     * A node of a file.
     *
     * @param file the file's absolute path
     * @param pointer a JSON Pointer, empty for the whole file
     */
    record Place(Path file, String pointer) {

        /** The last segment of the pointer, which is the component's name. */
        String name() {
            return pointer.substring(pointer.lastIndexOf('/') + 1);
        }
    }

    Place place(String file, String pointer) {
        return new Place(root.resolve(file), pointer);
    }

    boolean has(String file) {
        return Files.isRegularFile(root.resolve(file));
    }

    /**
     * The target of a reference in {@code base}.
     *
     * @throws IllegalArgumentException saying why if it leads nowhere
     * @throws SpecMistakes if the file that it leads to can't be read
     */
    Place target(Path base, String reference) {
        int hash = reference.indexOf('#');
        String file = hash < 0 ? reference : reference.substring(0, hash);
        String pointer = hash < 0 ? "" : reference.substring(hash + 1);
        if (file.contains(":")) {
            throw new IllegalArgumentException("the reference " + reference + " leaves the project");
        }
        Path path = file.isEmpty() ? base : base.resolveSibling(file).normalize();
        if (!path.startsWith(root) || !Files.isRegularFile(path)) {
            throw new IllegalArgumentException("the reference " + reference + " leads to no file");
        }
        Place place = new Place(path, pointer);
        if (!pointer.isEmpty() && !pointer.startsWith("/") || at(place).isMissingNode()) {
            throw new IllegalArgumentException("the reference " + reference + " leads to nothing in " + show(path));
        }
        return place;
    }

    JsonNode at(Place place) {
        return read(place.file()).at(place.pointer());
    }

    /** The path relative to the spec's folder. */
    String show(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    private JsonNode read(Path file) {
        JsonNode known = files.get(file);
        if (known == null) {
            try {
                known = YAML.readTree(Files.readString(file));
            } catch (JsonProcessingException e) {
                var at = e.getLocation();
                throw new SpecMistakes(show(file) + (at == null ? "" : ":" + at.getLineNr()) + ": " + e.getOriginalMessage());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            files.put(file, known);
        }
        return known;
    }
}
