package org.guildhall.tasks.messages;

import java.util.UUID;
import org.guildhall.core.auth.Keys;
import org.guildhall.tasks.messages.MessageStore.Row;
import org.guildhall.tasks.suppressions.UnsubscribeTokens;
import org.jspecify.annotations.Nullable;

/** The addresses in the header {@code List-Unsubscribe} (RFC 8058). */
final class UnsubscribeLinks {

    private final UnsubscribeTokens tokens;
    private final String publicUrl;

    UnsubscribeLinks(Keys keys, String publicUrl) {
        this.tokens = new UnsubscribeTokens(keys);
        this.publicUrl = publicUrl;
    }

    /** The link of a message; null for categories from which nobody can unsubscribe. */
    @Nullable String of(UUID tenant, Row message) {
        return UnsubscribeTokens.hasLink(message.category())
                ? publicUrl + "/u/" + tokens.token(new UnsubscribeTokens.Link(tenant, message.personId(), message.address(), message.category()))
                : null;
    }
}
