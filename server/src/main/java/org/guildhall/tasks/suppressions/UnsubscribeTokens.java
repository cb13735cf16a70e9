package org.guildhall.tasks.suppressions;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.auth.Keys;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of unsubscribe links: what they unsubscribe, with a MAC under the server's keys. They don't expire, since a mail is read for years, and they
 * can do nothing else.
 */
public final class UnsubscribeTokens {

    private static final int MAC_BYTES = 16;
    private static final int UUID_BYTES = 16;
    private static final int HEAD_BYTES = MAC_BYTES + UUID_BYTES + 2;
    private static final byte PERSON = 1;
    private static final byte ADDRESS = 2;
    /** Their positions are in the tokens, so the order never changes. Only these categories have links. */
    private static final List<String> CATEGORIES = List.of("reminder", "recovery", "marketing");

    private final Keys keys;

    public UnsubscribeTokens(Keys keys) {
        this.keys = keys;
    }

    /** The subject of a link: a category of messages for a person, or for an address. Exactly one of both is given. */
    public record Link(UUID tenant, @Nullable UUID personId, @Nullable String address, String category) {}

    /** True if messages of a category have a link. */
    public static boolean hasLink(String category) {
        return CATEGORIES.contains(category);
    }

    /** The token of a link, for a URL. */
    public String token(Link link) {
        var recipient = link.personId() == null ? String.valueOf(link.address()).getBytes(StandardCharsets.UTF_8) : bytes(link.personId());
        var payload = ByteBuffer.allocate(UUID_BYTES + 2 + recipient.length)
                .put(bytes(link.tenant()))
                .put((byte) CATEGORIES.indexOf(link.category()))
                .put(link.personId() == null ? ADDRESS : PERSON)
                .put(recipient)
                .array();
        var mac = Arrays.copyOf(keys.mac(Keys.Purpose.UNSUBSCRIBE, payload), MAC_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(ByteBuffer.allocate(MAC_BYTES + payload.length).put(mac).put(payload).array());
    }

    /** The link of a token; null if this server didn't make it. */
    public @Nullable Link read(String token) {
        var bytes = decoded(token);
        if (bytes == null || bytes.length <= HEAD_BYTES) {
            return null;
        }
        var payload = Arrays.copyOfRange(bytes, MAC_BYTES, bytes.length);
        // A token has one spelling: the last character of a base64 text can have unused bits.
        if (!Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(token)
                || !keys.verifyTruncated(Keys.Purpose.UNSUBSCRIBE, Arrays.copyOf(bytes, MAC_BYTES), payload)) {
            return null;
        }
        var read = ByteBuffer.wrap(payload);
        var tenant = uuid(read);
        var category = CATEGORIES.get(read.get());
        return read.get() == PERSON
                ? new Link(tenant, uuid(read), null, category)
                : new Link(tenant, null, StandardCharsets.UTF_8.decode(read).toString(), category);
    }

    private static byte @Nullable [] decoded(String token) {
        try {
            return Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException unreadable) {
            return null;
        }
    }

    private static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(UUID_BYTES).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).array();
    }

    private static UUID uuid(ByteBuffer from) {
        return new UUID(from.getLong(), from.getLong());
    }
}
