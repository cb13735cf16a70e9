package org.guildhall.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.HttpServer.PageContent;
import org.guildhall.core.http.Problem;
import org.jspecify.annotations.Nullable;

/** The pages outside the API: what each problem means, and the explorer of the document. */
final class Pages {

    private static final String STRICT = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    // The explorer calls this server's own API and styles its elements by attributes; scripts come from this server only.
    private static final String EXPLORER =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final String UI = "/META-INF/resources/webjars/swagger-ui/";
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8", "css", "text/css; charset=utf-8", "js", "text/javascript; charset=utf-8", "png", "image/png");

    private Pages() {}

    static void bind(Api api) {
        api.page("/problems", path -> html(catalogue()));
        api.page("/problems/{code}", path -> problem(path.substring(path.lastIndexOf('/') + 1)));
        api.page("/docs", path -> resource("/pages/explorer.html", EXPLORER));
        api.page("/pages/{file}", path -> resource("/pages/" + file(path), STRICT));
        api.page("/docs/{file}", path -> explorer(file(path)));
    }

    private static String file(String path) {
        var name = path.substring(path.lastIndexOf('/') + 1);
        return name.matches("[a-z0-9-]+(\\.[a-z0-9-]+)*") ? name : "none";
    }

    private static @Nullable PageContent explorer(String name) {
        return switch (name) {
            case "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png" -> resource(uiFolder() + name, EXPLORER);
            default -> null;
        };
    }

    /** The folder in the library's jar carries its version. */
    private static String uiFolder() {
        try (InputStream in = Pages.class.getResourceAsStream("/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
            var properties = new java.util.Properties();
            properties.load(in);
            return UI + properties.getProperty("version") + "/";
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static @Nullable PageContent resource(String name, String policy) {
        try (InputStream in = Pages.class.getResourceAsStream(name)) {
            var type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            return in == null || type == null ? null : new PageContent(in.readAllBytes(), type, policy);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static PageContent html(String page) {
        return new PageContent(page.getBytes(StandardCharsets.UTF_8), TYPES.get("html"), STRICT);
    }

    private static String catalogue() {
        var rows = new StringBuilder();
        for (var problem : Problem.values()) {
            rows.append("<tr><td>").append(problem.status()).append("</td><td><a href=\"/problems/").append(problem.code()).append("\"><code>")
                    .append(problem.code()).append("</code></a></td><td>").append(escape(problem.title())).append("</td></tr>\n");
        }
        return page("Problems", """
                <p>Every answer that isn't a success is <code>application/problem+json</code> (RFC 9457). Programs decide by <code>code</code>,
                which never changes its meaning.</p>
                <table><thead><tr><th>Status</th><th>Code</th><th>What it is</th></tr></thead><tbody>
                %s</tbody></table>""".formatted(rows));
    }

    private static @Nullable PageContent problem(String code) {
        var problem = Problem.ofCode(code);
        if (problem == null) {
            return null;
        }
        return html(page(problem.title(), """
                <p class="code"><code>%s</code> · status %d</p>
                <h2>What it means</h2><p>%s</p>
                <h2>What to do</h2><p>%s</p>
                <p><a href="/problems">All problems</a></p>"""
                .formatted(problem.code(), problem.status(), escape(problem.meaning()), escape(problem.remedy()))));
    }

    private static String page(String title, String body) {
        return """
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s · Guildhall</title><link rel="stylesheet" href="/pages/page.css"></head>
                <body><main><h1>%s</h1>
                %s
                </main></body></html>
                """.formatted(escape(title), escape(title), body);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
