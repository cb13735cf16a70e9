import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A copy of the tests' tiny spec in its own folder, which a test may change. */
record TinySpec(Path folder) {

    static final Path ORIGINAL = Path.of("src/test/resources/tiny");

    static TinySpec in(Path folder) {
        try (Stream<Path> files = Files.walk(ORIGINAL)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(ORIGINAL.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
            return new TinySpec(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces a text; fails if the file doesn't contain it. */
    TinySpec with(String file, String text, String other) {
        try {
            Path path = folder.resolve(file);
            String before = Files.readString(path);
            if (!before.contains(text)) {
                throw new IllegalArgumentException(file + " has no " + text);
            }
            Files.writeString(path, before.replace(text, other));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ObjectNode joined() {
        return Bundle.join(folder);
    }

    Map<String, Policy> policies() {
        return Policy.read(joined());
    }

    ObjectNode published() {
        return PublishedDocument.published(joined(), policies());
    }

    ObjectNode serverView() {
        return GeneratorView.forServer(joined(), policies());
    }
}
