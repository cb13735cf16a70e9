package org.guildhall.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.CatchTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Rules for all sources of the repository, tests included: line limits, comments in empty catches, no TODO, SQL through views. */
class SourcesTest {

    private static final int FILE_LINES_MAX = 400;
    private static final int METHOD_LINES_MAX = 60;
    /** Names of exceptions that say nothing about the reason. */
    private static final Set<String> IGNORED = Set.of("ignored", "ignore", "unused", "");
    private static final List<String> MODULES = List.of("openapi", "migrations", "client-java", "server", "smoke");

    private static List<Path> sources() throws IOException {
        var found = new ArrayList<Path>();
        for (var module : MODULES) {
            try (var files = Files.walk(root().resolve(module))) {
                files.filter(file -> file.toString().endsWith(".java") && !file.toString().contains("/target/")).forEach(found::add);
            }
        }
        assertTrue(found.size() > 150, found.size() + " sources");
        return found;
    }

    private static Path root() {
        var here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve("openapi")) || !Files.isDirectory(here.resolve("server"))) {
            here = here.getParent();
        }
        return here;
    }

    @Test
    void file_isWithinTheLineLimit() throws IOException {
        var longer = new ArrayList<String>();
        for (var source : sources()) {
            long lines = Files.lines(source).count();
            if (lines > FILE_LINES_MAX) {
                longer.add(root().relativize(source) + ": " + lines);
            }
        }
        assertEquals(List.of(), longer, "files of more than " + FILE_LINES_MAX + " lines");
    }

    @Test
    void method_isWithinTheLineLimit() throws IOException {
        var longer = new ArrayList<String>();
        scan(sources(), positions -> new TreeScanner<>() {
            @Override
            public Void visitMethod(MethodTree method, CompilationUnitTree in) {
                var lines = in.getLineMap();
                long length = lines.getLineNumber(positions.getEndPosition(in, method)) - lines.getLineNumber(positions.getStartPosition(in, method)) + 1;
                if (length > METHOD_LINES_MAX) {
                    longer.add(Path.of(in.getSourceFile().toUri()).getFileName() + " " + method.getName() + ": " + length);
                }
                return super.visitMethod(method, in);
            }
        });
        assertEquals(List.of(), longer, "methods of more than " + METHOD_LINES_MAX + " lines");
    }

    private static void scan(List<Path> sources, Function<SourcePositions, TreeScanner<Void, CompilationUnitTree>> scanner) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            var task = (JavacTask) compiler.getTask(null, files, quiet -> {}, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources));
            var scanning = scanner.apply(Trees.instance(task).getSourcePositions());
            for (var unit : task.parse()) {
                scanning.scan(unit, unit);
            }
        }
    }

    @Test
    void emptyCatch_inProductionCode_hasAComment() throws IOException {
        var empty = new ArrayList<String>();
        var production = sources().stream().filter(source -> source.toString().contains("/src/main/")).toList();
        scan(production, positions -> new TreeScanner<>() {
            @Override
            public Void visitCatch(CatchTree caught, CompilationUnitTree in) {
                var block = caught.getBlock();
                var name = caught.getParameter().getName().toString();
                int begin = (int) positions.getStartPosition(in, block);
                if (IGNORED.contains(name) || block.getStatements().isEmpty() && !source(in).substring(begin, (int) positions.getEndPosition(in, block)).contains("//")) {
                    empty.add(Path.of(in.getSourceFile().toUri()).getFileName() + ":" + in.getLineMap().getLineNumber(begin));
                }
                return super.visitCatch(caught, in);
            }
        });
        assertEquals(List.of(), empty);
    }

    private static String source(CompilationUnitTree unit) {
        try {
            return unit.getSourceFile().getCharContent(true).toString();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void sources_containNoOpenTodo() throws IOException {
        var left = new ArrayList<String>();
        for (var source : sources()) {
            if (!source.endsWith("SourcesTest.java") && Files.readString(source).matches("(?s).*\\b(TODO|FIXME|XXX|HACK)\\b.*")) {
                left.add(root().relativize(source).toString());
            }
        }
        assertEquals(List.of(), left);
    }

    /** The views of other rooms that a room reads in SQL. A new line needs a view that the other room makes for it. */
    private static final List<String> VIEWS = List.of(
            "catalog.runtime_default_grant_policies", "catalog.runtime_entitlement_rules", "catalog.runtime_org_types",
            "catalog.runtime_plan_ladders", "catalog.runtime_products", "catalog.runtime_resource_keys", "catalog.runtime_tier_products",
            "catalog.runtime_tiers", "platform.billing_settings", "platform.providers_settings", "platform.runtime_settings", "platform.schedule_settings",
            "platform.tasks_settings", "platform.tasks_tenants", "runtime.schedule_household_members", "runtime.schedule_memberships", "runtime.schedule_persons",
            "tasks.providers_operational_tasks");

    @Test
    void sqlOfARoom_readsOtherRoomsThroughViewsOnly() throws IOException {
        var rooms = "platform|catalog|runtime|billing|providers|tasks|schedule";
        var generated = Pattern.compile("import (?:static )?org\\.guildhall\\.schema\\.(" + rooms + ")\\.(?:Tables\\.|tables\\.|tables\\.records\\.)?(\\w+);");
        var text = Pattern.compile("\\b(?:from|join|into|update)\\s+(" + rooms + ")\\.(\\w+)");
        var found = new TreeSet<String>();
        for (var source : sources()) {
            var path = root().relativize(source).toString();
            var at = path.indexOf("server/src/main/java/org/guildhall/");
            var room = at < 0 ? "core" : path.substring("server/src/main/java/org/guildhall/".length()).replaceAll("/.*", "");
            if (room.equals("core")) {
                continue;
            }
            var code = Files.readString(source);
            for (var pattern : List.of(generated, text)) {
                pattern.matcher(code).results().filter(match -> !match.group(1).equals(room))
                        .forEach(match -> found.add(match.group(1) + "." + match.group(2).toLowerCase(Locale.ROOT)));
            }
        }
        assertEquals(VIEWS, List.copyOf(found));
    }
}
