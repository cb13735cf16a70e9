import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Turns the spec into the published document and into code. Run by the build through the JDK's source launcher:
 * {@code java --class-path <the generator's jars> build/Generate.java server <openapi folder> <target folder>}.
 *
 * <p>A stamp over all inputs makes a build without changes cost little more than starting the JVM.
 */
final class Generate {

    private static final List<String> ENDINGS = List.of(".yaml", ".java", ".mustache");

    /** Folders beside the spec that are no input of the generator. */
    private static final Set<String> OTHERS = Set.of("target", "src", "lint");

    private Generate() {}

    public static void main(String[] arguments) {
        if (arguments.length != 3 || !arguments[0].matches("server|client")) {
            System.err.println("usage: Generate server|client <openapi folder> <target folder>");
            System.exit(2);
        }
        try {
            generate(arguments[0], Path.of(arguments[1]).toAbsolutePath().normalize(), Path.of(arguments[2]).toAbsolutePath().normalize());
        } catch (SpecMistakes refused) {
            System.err.println(refused.getMessage());
            System.exit(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Generates the server's or the client's code.
     *
     * @return false if no input has changed since the last time
     */
    static boolean generate(String side, Path folder, Path target) throws IOException {
        Path code = target.resolve("generated-sources").resolve(side);
        Path stamp = target.resolve("generated-sources").resolve(side + ".sha256");
        String now = digest(folder);
        if (Files.isDirectory(code) && Files.exists(stamp) && Files.readString(stamp).equals(now)) {
            return false;
        }
        Files.deleteIfExists(stamp);
        delete(code);
        ObjectNode joined = Bundle.join(folder);
        Map<String, Policy> policies = Policy.read(joined);
        Path templates = folder.resolve("templates").resolve(side);
        if (side.equals("server")) {
            publish(PublishedDocument.published(joined, policies), target.resolve("classes/openapi"));
            new ServerCode(joined, policies, code, templates).run();
        } else {
            new ClientCode(joined, policies, code, templates).run();
        }
        Files.writeString(stamp, now);
        return true;
    }

    private static void publish(ObjectNode document, Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("openapi.yaml"), DocumentText.yaml(document));
        Files.writeString(folder.resolve("openapi.json"), DocumentText.json(document));
    }

    /** The digest of all sources, templates and classes of the generator, and of its class path with the version of openapi-generator. */
    private static String digest(Path folder) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : inputs(folder)) {
                digest.update(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                digest.update(Files.readAllBytes(file));
                digest.update((byte) 0);
            }
            digest.update(System.getProperty("java.class.path").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Path> inputs(Path folder) throws IOException {
        List<Path> inputs = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.filter(entry -> !OTHERS.contains(entry.getFileName().toString())).sorted().toList()) {
                try (Stream<Path> files = Files.walk(entry)) {
                    files.filter(file -> ENDINGS.stream().anyMatch(file.toString()::endsWith)).sorted().forEach(inputs::add);
                }
            }
        }
        return inputs;
    }

    private static void delete(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
