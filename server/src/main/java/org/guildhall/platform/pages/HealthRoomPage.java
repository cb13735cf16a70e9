package org.guildhall.platform.pages;

import java.nio.charset.StandardCharsets;
import org.guildhall.core.http.content.PageContent;
import org.jspecify.annotations.Nullable;

/** The operators' page: the provider summary and the workflow backbone. The page has no data; its script reads the API with a pasted token. */
final class HealthRoomPage {

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
            + " form-action 'none'; frame-ancestors 'none'";

    private final Assets assets = new Assets("/health-room/");
    private final PageContent page;

    HealthRoomPage() {
        var html = """
                <!doctype html>
                <html lang="en">
                <head>
                  <meta charset="utf-8">
                  <meta name="viewport" content="width=device-width, initial-scale=1">
                  <meta name="color-scheme" content="light dark">
                  <title>Health room · Guildhall</title>
                  <link rel="icon" type="image/svg+xml" href="%s">
                  <link rel="stylesheet" href="%s">
                  <link rel="stylesheet" href="%s">
                  <script src="%s" defer></script>
                </head>
                <body>
                <header><nav aria-label="Pages"><a href="/docs">API reference</a> <a href="/problems">Problems</a> <a href="/health-room" aria-current="page">Health room</a></nav></header>
                <main>
                <p class="eyebrow" id="eyebrow">Operators</p>
                <h1 id="title">Health room</h1>
                <p id="about">The health of the providers, and the work that recovers them.</p>
                <form id="token-form" autocomplete="off">
                  <label for="token">API token</label>
                  <input id="token" type="password" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="4096" aria-describedby="token-note">
                  <p class="about" id="token-note">It needs the scopes <code>providers:signals:read</code> and <code>overview:read</code>. The page keeps it in memory only, until you close or reload it.</p>
                  <button type="submit">Show the room</button>
                </form>
                <div class="controls" id="controls" hidden><button type="button" id="refresh">Read again</button> <button type="button" id="forget">Forget the token</button></div>
                <p class="about" id="status" role="status"></p>
                <div id="alert" role="alert"></div>
                <noscript><p>The page needs JavaScript. The API has the same data: <code>GET /api/v1/providers/summary</code> and <code>GET /api/v1/overview/backbone</code>.</p></noscript>
                <div id="room" hidden></div>
                </main>
                </body>
                </html>
                """.formatted(
                add("icon.svg"), add("page.css"), add("health-room.css"), add("health-room.js"));
        this.page = PageContent.revalidated(html.getBytes(StandardCharsets.UTF_8), "text/html; charset=utf-8", POLICY);
    }

    private String add(String name) {
        return assets.add(name, Assets.resource("/pages/" + name));
    }

    PageContent page() {
        return page;
    }

    @Nullable PageContent file(String path) {
        return assets.at(path);
    }
}
