package org.guildhall.billing.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.core.json.Texts;
import org.jspecify.annotations.Nullable;

/** Reads members of Stripe's JSON. Unknown members are ignored. A member of the wrong type is unreadable, never silently null. */
final class StripeObject {

    private static final int METADATA_MAX = 100;
    private static final int METADATA_VALUE_MAX = 5_000;
    private static final long NUMBER_MAX = 9_007_199_254_740_991L;
    /** The last second that an instant of an answer can have. */
    private static final long SECONDS_MAX = 253_402_300_799L;

    private final JsonNode node;
    private final String name;

    private StripeObject(JsonNode node, String name) {
        this.node = node;
        this.name = name;
    }

    /** @param name the name of the object in error messages */
    static StripeObject of(JsonNode node, String name) {
        if (!node.isObject()) {
            throw new UnreadableEvent("`" + name + "` is no object.");
        }
        return new StripeObject(node, name);
    }

    /** A text of at most {@code most} characters; null if it is missing, null or empty. */
    @Nullable String text(String member, int most) {
        var value = node.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(member, "no text");
        }
        var text = value.textValue().replace("\0", "");
        return text.isEmpty() ? null : Texts.cut(text, most);
    }

    /** An id, also of an expanded object; null if it is missing. @throws UnreadableEvent if it is too long to be one */
    @Nullable String reference(String member) {
        var value = node.path(member);
        var id = value.isObject() ? value.path("id") : value;
        if (id.isMissingNode() || id.isNull()) {
            return null;
        }
        if (!id.isTextual() || !id.textValue().matches("[!-~]{1,255}")) {
            throw wrong(member, "no id");
        }
        return id.textValue();
    }

    /** A text that must be there. */
    String required(String member, int most) {
        var text = text(member, most);
        if (text == null) {
            throw wrong(member, "missing");
        }
        return text;
    }

    /** An id that must be there. */
    String requiredReference(String member) {
        var id = reference(member);
        if (id == null) {
            throw wrong(member, "missing");
        }
        return id;
    }

    boolean flag(String member) {
        var value = node.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw wrong(member, "neither true nor false");
        }
        return value.booleanValue();
    }

    /** A whole number; null if it is missing. @throws UnreadableEvent if it is larger than the API can show */
    @Nullable Long number(String member) {
        var value = node.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || Math.abs(value.longValue()) > NUMBER_MAX) {
            throw wrong(member, "no whole number");
        }
        return value.longValue();
    }

    /** An instant in seconds since 1970; null if it is missing. */
    @Nullable Instant instant(String member) {
        var value = node.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0 || value.longValue() > SECONDS_MAX) {
            throw wrong(member, "no time in seconds");
        }
        return Instant.ofEpochSecond(value.longValue());
    }

    /** An instant that must be there. */
    Instant requiredInstant(String member) {
        var instant = instant(member);
        if (instant == null) {
            throw wrong(member, "missing");
        }
        return instant;
    }

    /** A currency in capital letters; null if it is missing. */
    @Nullable String currency(String member) {
        var text = text(member, 10);
        if (text != null && !text.matches("[A-Za-z]{3}")) {
            throw wrong(member, "no currency");
        }
        return text == null ? null : text.toUpperCase(Locale.ROOT);
    }

    /** A currency that must be there. */
    String requiredCurrency(String member) {
        var currency = currency(member);
        if (currency == null) {
            throw wrong(member, "missing");
        }
        return currency;
    }

    /** A whole number; null if it is missing. */
    @Nullable Long whole(String member) {
        var value = node.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(member, "no whole number");
        }
        return value.longValue();
    }

    /** An amount in minor units of ISO 4217; null if it is missing. */
    @Nullable Long amount(String member, String currency) {
        var wire = whole(member);
        return wire == null ? null : StripeMoney.minor(wire, currency);
    }

    /** An amount that counts as 0 if it is missing. */
    long amountOrZero(String member, String currency) {
        var amount = amount(member, currency);
        return amount == null ? 0 : amount;
    }

    /** A text or a number as a text; null if it is missing. */
    @Nullable String textOrNumber(String member, int most) {
        var value = node.path(member);
        return value.isNumber() ? Texts.cut(value.decimalValue().stripTrailingZeros().toPlainString(), most) : text(member, most);
    }

    /** An object; null if it is missing, null, or an id that isn't expanded. */
    @Nullable StripeObject child(String member) {
        var value = node.path(member);
        return value.isObject() ? new StripeObject(value, name + "." + member) : null;
    }

    /** True if the member is there and isn't null. */
    boolean has(String member) {
        return !node.path(member).isMissingNode() && !node.path(member).isNull();
    }

    /** The objects of an array, or of a list object with the array {@code data}; none if it is missing. */
    List<StripeObject> entries(String member) {
        var value = node.path(member);
        var array = value.isObject() ? value.path("data") : value;
        if (array.isMissingNode() || array.isNull()) {
            return List.of();
        }
        if (!array.isArray()) {
            throw wrong(member, "no list");
        }
        var entries = new ArrayList<StripeObject>();
        // A discount that isn't expanded is only an id.
        array.forEach(entry -> {
            if (entry.isObject()) {
                entries.add(new StripeObject(entry, name + "." + member + "[]"));
            }
        });
        return entries;
    }

    /** The member {@code metadata}; values that are no texts as JSON. */
    Map<String, String> metadata() {
        var metadata = new TreeMap<String, String>();
        node.path("metadata").properties().stream().limit(METADATA_MAX).forEach(entry -> {
            var value = entry.getValue();
            metadata.put(clean(entry.getKey()), Texts.cut(clean(value.isTextual() ? value.textValue() : value.toString()), METADATA_VALUE_MAX));
        });
        return metadata;
    }

    private static String clean(String text) {
        return text.replace("\0", "");
    }

    JsonNode member(String member) {
        return node.path(member);
    }

    UnreadableEvent wrong(String member, String what) {
        return new UnreadableEvent("`" + name + "." + member + "` is " + what + ".");
    }
}
