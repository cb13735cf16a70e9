package org.guildhall.tasks.suppressions;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.auth.LinkTokens;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of unsubscribe links: what they unsubscribe, with a MAC under the server's keys. They don't expire, since a mail is read for years, and they
 * can do nothing else.
 */
public final class UnsubscribeTokens {

    private static final byte PERSON = 1;
    private static final byte ADDRESS = 2;
    /** Their positions are in the tokens, so the order never changes. Only these categories have links. */
    private static final List<String> CATEGORIES = List.of("reminder", "recovery", "marketing");

    /** The bytes before the recipient: the tenant, the category, and what the recipient is. */
    private static final int HEAD_BYTES = LinkTokens.ID_BYTES + 2;

    private final LinkTokens tokens;

    public UnsubscribeTokens(Keys keys) {
        this.tokens = new LinkTokens(keys, Keys.Purpose.UNSUBSCRIBE);
    }

    /** The subject of a link: a category of messages for a person, or for an address. Exactly one of both is given. */
    public record Link(UUID tenant, @Nullable UUID personId, @Nullable String address, String category) {}

    /** True if messages of a category have a link. */
    public static boolean hasLink(String category) {
        return CATEGORIES.contains(category);
    }

    /** The token of a link, for a URL. */
    public String token(Link link) {
        var recipient = link.personId() == null
                ? String.valueOf(link.address()).getBytes(StandardCharsets.UTF_8)
                : LinkTokens.put(ByteBuffer.allocate(LinkTokens.ID_BYTES), link.personId()).array();
        return tokens.token(LinkTokens.put(ByteBuffer.allocate(HEAD_BYTES + recipient.length), link.tenant())
                .put((byte) CATEGORIES.indexOf(link.category()))
                .put(link.personId() == null ? ADDRESS : PERSON)
                .put(recipient)
                .array());
    }

    /** The link of a token; null if this server didn't make it. */
    public @Nullable Link read(String token) {
        var payload = tokens.read(token);
        if (payload == null) {
            return null;
        }
        var tenant = LinkTokens.id(payload);
        var category = CATEGORIES.get(payload.get());
        return payload.get() == PERSON
                ? new Link(tenant, LinkTokens.id(payload), null, category)
                : new Link(tenant, null, StandardCharsets.UTF_8.decode(payload).toString(), category);
    }
}
