import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Compiles Java files against the test class path, fails on any warning, and loads the classes. */
final class Compiled {

    private final ClassLoader classes;

    private Compiled(ClassLoader classes) {
        this.classes = classes;
    }

    /** @param sources a folder; its classes hide classes of the same name from the build itself */
    static Compiled from(Path sources, Path out, String release) {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null); Stream<Path> found = Files.walk(sources)) {
            Files.createDirectories(out);
            List<Path> units = found.filter(file -> file.toString().endsWith(".java")).toList();
            var report = new StringWriter();
            List<String> options = List.of(
                    "-Xlint:all,-path,-processing,-classfile,-options", "-Werror", "-proc:none", "--release", release, "-d", out.toString(), "-cp", System.getProperty("java.class.path"));
            if (!compiler.getTask(report, files, null, options, null, files.getJavaFileObjectsFromPaths(units)).call()) {
                throw new AssertionError(report);
            }
            return new Compiled(new URLClassLoader(new URL[] {out.toUri().toURL()}, Compiled.class.getClassLoader()) {
                @Override
                protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                    if (Files.exists(out.resolve(name.replace('.', '/') + ".class"))) {
                        Class<?> known = findLoadedClass(name);
                        return known != null ? known : findClass(name);
                    }
                    return super.loadClass(name, resolve);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Class<?> type(String name) {
        try {
            return Class.forName(name, true, classes);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    ClassLoader loader() {
        return classes;
    }
}
