package org.guildhall.billing.events;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.core.json.Texts;
import org.jspecify.annotations.Nullable;

/** Reads members of a provider's JSON. Unknown members are ignored. A member of the wrong type is unreadable, never silently null. */
public final class ProviderJson {

    private static final int METADATA_MAX = 100;
    private static final int METADATA_VALUE_MAX = 5_000;
    private static final int TIME_MAX = 40;
    private static final int DIGITS_MAX = 1_000;
    private static final long NUMBER_MAX = 9_007_199_254_740_991L;
    /** The last second that an instant of an answer can have. */
    private static final long SECONDS_MAX = 253_402_300_799L;
    /** The first instant that an answer can have. */
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

    /** The unit in which a provider writes amounts. */
    @FunctionalInterface
    public interface Unit {

        /** The amount in minor units of ISO 4217. @throws UnreadableEvent if they can't express it */
        long minor(long amount, String currency);
    }

    private final JsonNode node;
    private final String name;
    private final Unit unit;

    private ProviderJson(JsonNode node, String name, Unit unit) {
        this.node = node;
        this.name = name;
        this.unit = unit;
    }

    /** @param name the name of the object in error messages */
    public static ProviderJson of(JsonNode node, String name, Unit unit) {
        if (!node.isObject()) {
            throw new UnreadableEvent("`" + name + "` is no object.");
        }
        return new ProviderJson(node, name, unit);
    }

    /** A text of at most {@code most} characters; null if it is missing, null or empty. */
    public @Nullable String text(String member, int most) {
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
    public @Nullable String reference(String member) {
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
    public String required(String member, int most) {
        var text = text(member, most);
        if (text == null) {
            throw wrong(member, "missing");
        }
        return text;
    }

    /** An id that must be there. */
    public String requiredReference(String member) {
        var id = reference(member);
        if (id == null) {
            throw wrong(member, "missing");
        }
        return id;
    }

    public boolean flag(String member) {
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
    public @Nullable Long number(String member) {
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
    public @Nullable Instant instant(String member) {
        var value = node.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0 || value.longValue() > SECONDS_MAX) {
            throw wrong(member, "no time in seconds");
        }
        return Instant.ofEpochSecond(value.longValue());
    }

    /** An instant in the form of RFC 3339; null if it is missing. */
    public @Nullable Instant time(String member) {
        var text = text(member, TIME_MAX);
        if (text == null) {
            return null;
        }
        try {
            return shown(member, OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException otherForm) {
            throw wrong(member, "no instant");
        }
    }

    /** An instant in the form of RFC 3339 that must be there. */
    public Instant requiredTime(String member) {
        var time = time(member);
        if (time == null) {
            throw wrong(member, "missing");
        }
        return time;
    }

    /** The beginning in UTC of a day such as {@code 2026-11-30}; null if it is missing. */
    public @Nullable Instant day(String member) {
        var text = text(member, TIME_MAX);
        if (text == null) {
            return null;
        }
        try {
            return shown(member, LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
        } catch (DateTimeException otherForm) {
            throw wrong(member, "no day");
        }
    }

    /** True if an answer can have the instant: it is in the years 1 to 9999. */
    public static boolean isShown(Instant instant) {
        return !instant.isBefore(FIRST) && instant.getEpochSecond() <= SECONDS_MAX;
    }

    private Instant shown(String member, Instant instant) {
        if (!isShown(instant)) {
            throw wrong(member, "outside the years 1 to 9999");
        }
        return instant;
    }

    /** An instant that must be there. */
    public Instant requiredInstant(String member) {
        var instant = instant(member);
        if (instant == null) {
            throw wrong(member, "missing");
        }
        return instant;
    }

    /** A currency in capital letters; null if it is missing. */
    public @Nullable String currency(String member) {
        var text = text(member, 10);
        if (text != null && !text.matches("[A-Za-z]{3}")) {
            throw wrong(member, "no currency");
        }
        return text == null ? null : text.toUpperCase(Locale.ROOT);
    }

    /** A currency that must be there. */
    public String requiredCurrency(String member) {
        var currency = currency(member);
        if (currency == null) {
            throw wrong(member, "missing");
        }
        return currency;
    }

    /** A whole number; null if it is missing. */
    public @Nullable Long whole(String member) {
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
    public @Nullable Long amount(String member, String currency) {
        var wire = whole(member);
        return wire == null ? null : unit.minor(wire, currency);
    }

    /** An amount that counts as 0 if it is missing. */
    public long amountOrZero(String member, String currency) {
        var amount = amount(member, currency);
        return amount == null ? 0 : amount;
    }

    /** A text or a number as a text; null if it is missing. */
    public @Nullable String textOrNumber(String member, int most) {
        var value = node.path(member);
        if (!value.isNumber()) {
            return text(member, most);
        }
        var number = value.decimalValue();
        // 1e999999999 would take a gigabyte as a text.
        if (Math.abs((long) number.scale()) > DIGITS_MAX) {
            throw wrong(member, "no number of this size");
        }
        return Texts.cut(number.stripTrailingZeros().toPlainString(), most);
    }

    /** An object; null if it is missing, null, or an id that isn't expanded. */
    public @Nullable ProviderJson child(String member) {
        var value = node.path(member);
        return value.isObject() ? new ProviderJson(value, name + "." + member, unit) : null;
    }

    /** True if the member is there and isn't null. */
    public boolean has(String member) {
        return !node.path(member).isMissingNode() && !node.path(member).isNull();
    }

    /** The objects of an array, or of a list object with the array {@code data}; none if it is missing. */
    public List<ProviderJson> entries(String member) {
        var value = node.path(member);
        var array = value.isObject() ? value.path("data") : value;
        if (array.isMissingNode() || array.isNull()) {
            return List.of();
        }
        if (!array.isArray()) {
            throw wrong(member, "no list");
        }
        var entries = new ArrayList<ProviderJson>();
        // A discount that isn't expanded is only an id.
        array.forEach(entry -> {
            if (entry.isObject()) {
                entries.add(new ProviderJson(entry, name + "." + member + "[]", unit));
            }
        });
        return entries;
    }

    /** The member {@code metadata}; values that are no texts as JSON. */
    public Map<String, String> metadata() {
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

    public JsonNode member(String member) {
        return node.path(member);
    }

    public UnreadableEvent wrong(String member, String what) {
        return new UnreadableEvent("`" + name + "." + member + "` is " + what + ".");
    }
}
