package org.guildhall.tasks.suppressions;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.HttpServer;
import org.guildhall.core.http.content.PageContent;
import org.guildhall.core.problem.Problem;
import org.guildhall.tasks.suppressions.UnsubscribeTokens.Link;
import org.jspecify.annotations.Nullable;

/**
 * The page of an unsubscribe link, and one-click unsubscription (RFC 8058): {@code /u/{token}}. Programs look at links in mails, so a GET changes
 * nothing. The page has neither script nor any other file.
 */
final class UnsubscribePages implements HttpServer.FormHandler {

    static final String PATH = "/u/{token}";
    private static final String JOB = "unsubscribe";
    private static final String POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    private static final String HTML = "text/html; charset=utf-8";

    /** The form of RFC 8058 in both of its encodings. */
    private static final Pattern ONE_CLICK = Pattern.compile(
            "(?:^|&)List-Unsubscribe=One-Click(?:&|$)|name=\"?List-Unsubscribe\"?[^\\r\\n]*\\r?\\n(?:[^\\r\\n]+\\r?\\n)*\\r?\\nOne-Click\\r?\\n");
    private static final Map<String, String> WORDS =
            Map.of("reminder", "reminders", "recovery", "messages about open payments and unfinished sign-ups", "marketing", "news and offers");

    private final UnsubscribeTokens tokens;
    private final Db db;
    private final JobTransactions transactions;
    private final SuppressionStore suppressions = new SuppressionStore();
    private final UnsubscribeStore store = new UnsubscribeStore();

    UnsubscribePages(UnsubscribeTokens tokens, Db db) {
        this.tokens = tokens;
        this.db = db;
        this.transactions = new JobTransactions(db);
    }

    @Override
    public @Nullable PageContent show(String path) {
        var link = link(path);
        if (link == null) {
            return null;
        }
        var sender = sender(link);
        return page("Unsubscribe", """
                <p>%s sends you %s.</p>
                %s<p>Messages that answer what you do, such as receipts, still come.</p>
                <form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button type="submit">Unsubscribe</button></form>
                """.formatted(escaped(sender.name()), WORDS.get(link.category()), text(sender)));
    }

    @Override
    public @Nullable PageContent submit(String path, String body) {
        var link = link(path);
        if (link == null) {
            return null;
        }
        if (!ONE_CLICK.matcher(body).find()) {
            throw Problem.MALFORMED_BODY.because("The form of an unsubscription has the field `List-Unsubscribe` with the value `One-Click`.");
        }
        transactions.run(link.tenant(), new Source("suppression.created", "access", JOB, Actor.JOB, null, null), (tx, changes) -> {
            var made = suppressions.insertUnsubscription(tx, link.personId(), link.address(), link.category());
            if (made != null) {
                var suppression = SuppressionsHandler.toApi(made);
                changes.created(suppression.id(), suppression);
            }
            return made;
        });
        return page("You are unsubscribed", "<p>%s sends you no more %s.</p>\n".formatted(escaped(sender(link).name()), WORDS.get(link.category())));
    }

    private @Nullable Link link(String path) {
        return tokens.read(path.substring(path.lastIndexOf('/') + 1));
    }

    private UnsubscribeStore.Sender sender(Link link) {
        return db.upkeep(link.tenant(), store::sender);
    }

    private static String text(UnsubscribeStore.Sender sender) {
        return sender.text() == null ? "" : "<p>" + escaped(sender.text()) + "</p>\n";
    }

    private static PageContent page(String title, String content) {
        var html = """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <meta name="robots" content="noindex">
                <title>%1$s</title>
                </head>
                <body>
                <main>
                <h1>%1$s</h1>
                %2$s</main>
                </body>
                </html>
                """.formatted(title, content);
        return PageContent.once(html.getBytes(StandardCharsets.UTF_8), HTML, POLICY);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
