package org.guildhall.platform.pages;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.guildhall.core.http.content.PageContent;
import org.guildhall.core.problem.Problem;
import org.jspecify.annotations.Nullable;

/** The pages of the problems, at their {@code type}, and the catalogue of all problems. */
final class ProblemPages {

    private static final String POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Assets assets = new Assets("/pages/");
    private final String style = assets.add("page.css", Assets.resource("/pages/page.css"));
    private final String icon = assets.add("icon.svg", Assets.resource("/pages/icon.svg"));
    private final ProblemGuide guide = new ProblemGuide();
    private final Supplier<ProblemOperations> operations;
    private final Map<String, PageContent> pages = new ConcurrentHashMap<>();

    /** @param operations called when the first page is read */
    ProblemPages(Supplier<ProblemOperations> operations) {
        this.operations = operations;
    }

    PageContent catalogue() {
        return pages.computeIfAbsent("", none -> html("Problems", catalogueBody()));
    }

    /** The page of the problem with this code, or null if the code is unknown. */
    @Nullable PageContent page(String code) {
        var problem = Problem.ofCode(code);
        return problem == null ? null : pages.computeIfAbsent(problem.code(), none -> html(problem.title(), body(problem)));
    }

    @Nullable PageContent file(String path) {
        return assets.at(path);
    }

    private static String catalogueBody() {
        var rows = new StringBuilder();
        for (var problem : Problem.values()) {
            rows.append("<li><a href=\"/problems/%s\"><code>%s</code></a> <span class=\"status\">%d</span> <span class=\"title\">%s</span></li>\n"
                    .formatted(problem.code(), problem.code(), problem.status(), escape(problem.title())));
        }
        return """
                <p>Every answer that isn't a success is <code>application/problem+json</code> (RFC 9457). Programs decide by <code>code</code>,
                which never changes its meaning; people read <code>detail</code>, and <code>errors</code>, which lists all mistakes at once.
                <code>request_id</code> finds the request in the server's log.</p>
                <ul class="problems">
                %s</ul>""".formatted(rows);
    }

    private String body(Problem problem) {
        var causes = guide.causes(problem).stream().map(cause -> "<li>" + text(cause) + "</li>").collect(Collectors.joining("\n"));
        return """
                <p class="code"><code>%s</code> <span class="status">%d</span></p>
                <p>%s</p>
                <h2>Causes</h2>
                <ul>
                %s
                </ul>
                <h2>What to do</h2>
                <p>%s</p>
                <h2>Example</h2>
                <pre tabindex="0" role="region" aria-label="A request and its answer">%s

                %s</pre>
                <h2>Operations that answer it</h2>
                %s
                """.formatted(problem.code(), problem.status(), text(problem.meaning()), causes, text(problem.remedy()),
                escape(guide.request(problem)), escape(guide.answer(problem)), operations(problem));
    }

    private String operations(Problem problem) {
        var found = operations.get().of(problem);
        if (found.naming().isEmpty() && found.others().isEmpty()) {
            return "<p>The server answers with this problem before it reaches an operation, so any request can get it.</p>";
        }
        var naming = found.naming().isEmpty() ? "" : list(found.naming());
        if (found.others().isEmpty()) {
            return naming;
        }
        var others = "<details><summary>%s%d of the %d operations, independent of what they do</summary>%s</details>"
                .formatted(found.naming().isEmpty() ? "" : "And ", found.others().size(), found.total(), list(found.others()));
        return naming + others;
    }

    private static String list(List<ProblemOperations.Entry> entries) {
        return entries.stream()
                .map(entry -> "<li><a href=\"%s\">%s</a><br><code>%s %s</code></li>"
                        .formatted(escape(entry.reference()), escape(entry.summary()), entry.method(), escape(entry.path())))
                .collect(Collectors.joining("\n", "<ul class=\"operations\">\n", "\n</ul>\n"));
    }

    private PageContent html(String title, String body) {
        var page = """
                <!doctype html>
                <html lang="en">
                <head>
                  <meta charset="utf-8">
                  <meta name="viewport" content="width=device-width, initial-scale=1">
                  <meta name="color-scheme" content="light dark">
                  <title>%s · Guildhall</title>
                  <link rel="icon" type="image/svg+xml" href="%s">
                  <link rel="stylesheet" href="%s">
                </head>
                <body>
                <header><nav aria-label="Pages"><a href="/docs">API reference</a> <a href="/problems">Problems</a></nav></header>
                <main>
                <h1>%s</h1>
                %s
                </main>
                </body>
                </html>
                """.formatted(escape(title), icon, style, escape(title), body);
        return PageContent.revalidated(page.getBytes(StandardCharsets.UTF_8), "text/html; charset=utf-8", POLICY);
    }

    /** Escapes plain text and marks the parts between backticks as code. */
    private static String text(String plain) {
        return escape(plain).replaceAll("`([^`]*)`", "<code>$1</code>");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
