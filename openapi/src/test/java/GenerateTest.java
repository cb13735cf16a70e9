import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A build without changes generates nothing; a changed source or template runs the generator again. */
class GenerateTest {

    @TempDir
    Path folder;

    private TinySpec spec;
    private Path target;

    @BeforeEach
    void copy() throws IOException {
        spec = TinySpec.in(folder.resolve("spec"));
        Path templates = Files.createDirectories(folder.resolve("spec/templates/server"));
        try (var files = Files.list(Path.of("templates/server"))) {
            for (Path file : files.toList()) {
                Files.copy(file, templates.resolve(file.getFileName()));
            }
        }
        target = folder.resolve("target");
        assertTrue(generated());
    }

    private boolean generated() throws IOException {
        return Generate.generate("server", folder.resolve("spec"), target);
    }

    @Test
    void generate_nothingChanged_isSkipped() throws IOException {
        assertFalse(generated());
    }

    @Test
    void generate_sourceChanged_outputReplaced() throws IOException {
        Path order = target.resolve("generated-sources/server/org/guildhall/api/model/ReorderThingRequest.java");
        assertTrue(Files.exists(order));
        spec.with("openapi.yaml", "  /api/v1/catalog/things/{thing_id}/order:\n    $ref: catalog/order.yaml\n", "");
        assertTrue(generated());
        assertFalse(Files.exists(order));
        assertFalse(Files.readString(target.resolve("classes/openapi/openapi.yaml")).contains("/order"));
    }

    @Test
    void generate_templateChanged_runsAgain() throws IOException {
        spec.with("templates/server/scopes.mustache", "The scopes of the document.", "Scopes.");
        assertTrue(generated());
        assertTrue(Files.readString(target.resolve("generated-sources/server/org/guildhall/api/Scopes.java")).contains("/** Scopes. */"));
    }

    @Test
    void generate_invalidSpec_leavesNoStamp() throws IOException {
        spec.with("catalog/order.yaml", "x-audit", "x-adit");
        assertThrows(SpecMistakes.class, this::generated);
        spec.with("catalog/order.yaml", "x-adit", "x-audit");
        assertTrue(generated());
    }

    @Test
    void generate_sameSources_sameBytes() throws IOException {
        Path other = folder.resolve("other");
        Generate.generate("server", folder.resolve("spec"), other);
        try (var files = Files.walk(target)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertEquals(Files.readString(file), Files.readString(other.resolve(target.relativize(file).toString())), file.toString());
            }
        }
    }
}
