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
import org.guildhall.core.sql.Batch;
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

    private record State(UnsubscribeStore.Sender sender, boolean isUnsubscribed) {}

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
    public PageContent show(String path) {
        var link = link(path);
        if (link == null) {
            return broken();
        }
        var state = state(link);
        var sender = state.sender();
        if (state.isUnsubscribed()) {
            return unsubscribed(link, sender);
        }
        return page("Unsubscribe", """
                <p>%s sends you %s.</p>
                %s<p>Messages that answer what you do, such as receipts, still come.</p>
                <form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button type="submit">Unsubscribe</button></form>
                """.formatted(escaped(sender.name()), WORDS.get(link.category()), text(sender)));
    }

    @Override
    public PageContent submit(String path, String body) {
        var link = link(path);
        if (link == null) {
            return broken();
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
        return unsubscribed(link, state(link).sender());
    }

    private State state(Link link) {
        return db.upkeep(link.tenant(), tx -> {
            var batch = new Batch();
            var sender = store.sender(batch);
            var active = suppressions.active(batch, link.address(), link.personId());
            batch.send(tx);
            return new State(sender.get(), active.get().stream().anyMatch(one -> one.category() == null || one.category().equals(link.category())));
        });
    }

    private static PageContent unsubscribed(Link link, UnsubscribeStore.Sender sender) {
        return page("You are unsubscribed", "<p>%s sends you no more %s.</p>\n".formatted(escaped(sender.name()), WORDS.get(link.category())));
    }

    /** The reader of a mail sees it, so it is a page and not a problem. */
    private static PageContent broken() {
        return PageContent.missing(html("This link is broken", """
                <p>It has been cut off or changed on its way. Open it from the message again, or ask the sender to take you off the list.</p>
                """), HTML, POLICY);
    }

    private @Nullable Link link(String path) {
        return tokens.read(path.substring(path.lastIndexOf('/') + 1));
    }

    private static String text(UnsubscribeStore.Sender sender) {
        return sender.text() == null ? "" : "<p>" + escaped(sender.text()) + "</p>\n";
    }

    private static PageContent page(String title, String content) {
        return PageContent.once(html(title, content), HTML, POLICY);
    }

    private static byte[] html(String title, String content) {
        return """
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
                """.formatted(title, content).getBytes(StandardCharsets.UTF_8);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
