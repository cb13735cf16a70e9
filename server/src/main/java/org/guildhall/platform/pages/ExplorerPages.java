package org.guildhall.platform.pages;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;
import org.guildhall.core.http.content.PageContent;
import org.jspecify.annotations.Nullable;

/** The API explorer: a library's script, our setup script, and the explorer's document. All files come from this server. */
final class ExplorerPages {

    private static final int NONCE_BYTES = 18;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String LIBRARY = "/META-INF/resources/webjars/scalar/scalar.js";

    /**
     * Scripts, requests and images of this server only, and no eval. The library creates style elements, which get this answer's nonce, and
     * style attributes, which can't have one and are allowed.
     */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; style-src-attr 'unsafe-inline';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** The files of the page, at paths that contain hashes. */
    private record Files(Assets assets, String library, String script, String style, String icon, String document) {}

    private final Supplier<ObjectNode> document;
    private volatile @Nullable Files files;

    /** @param document the explorer's document; called at the first request */
    ExplorerPages(Supplier<ObjectNode> document) {
        this.document = document;
    }

    PageContent page() {
        var nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        var number = Base64.getEncoder().encodeToString(nonce);
        var found = files();
        var page = """
                <!doctype html>
                <html lang="en">
                <head>
                  <meta charset="utf-8">
                  <meta name="viewport" content="width=device-width, initial-scale=1">
                  <meta name="color-scheme" content="light dark">
                  <meta property="csp-nonce" content="%s">
                  <title>API reference · Guildhall</title>
                  <link rel="icon" type="image/svg+xml" href="%s">
                  <link rel="stylesheet" href="%s">
                  <link rel="preload" href="%s" as="fetch" crossorigin>
                </head>
                <body>
                  <div id="reference" data-document="%s"><p class="loading">Loading the reference …</p></div>
                  <noscript><p class="loading">The reference needs JavaScript. The document itself is at <a href="/api/v1/openapi.yaml">/api/v1/openapi.yaml</a>.</p></noscript>
                  <script src="%s"></script>
                  <script src="%s"></script>
                </body>
                </html>
                """.formatted(number, found.icon(), found.style(), found.document(), found.document(), found.script(), found.library());
        return PageContent.once(page.getBytes(StandardCharsets.UTF_8), "text/html; charset=utf-8", POLICY.formatted(number));
    }

    @Nullable PageContent file(String path) {
        return files().assets().at(path);
    }

    /** Built at the first request, to save memory on servers whose pages are not used. */
    private Files files() {
        var found = files;
        if (found == null) {
            var assets = new Assets("/docs/");
            found = new Files(
                    assets,
                    assets.add("reference.js", Assets.resource(LIBRARY)),
                    assets.add("explorer.js", Assets.resource("/pages/explorer.js")),
                    assets.add("explorer.css", Assets.resource("/pages/explorer.css")),
                    assets.add("icon.svg", Assets.resource("/pages/icon.svg")),
                    assets.add("openapi.json", document.get().toString().getBytes(StandardCharsets.UTF_8)));
            files = found;
        }
        return found;
    }
}
