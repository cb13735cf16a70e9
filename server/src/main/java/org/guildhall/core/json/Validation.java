package org.guildhall.core.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/** What is wrong with a JSON value, by the schema of the document and by what JSON itself leaves open. All of it at once. */
public final class Validation {

    /** As many mistakes as an answer lists; a body can have more than anybody wants to read. */
    public static final int ITEMS_MAX = 100;

    /** Longer than any text that the document allows; patterns and formats are never tried on one that is longer. */
    static final int TEXT_CHARACTERS_MAX = 4_096;

    /** Of a body with more values only the first mistake is told: to tell hundreds of thousands takes seconds, of which all but 100 were for nothing. */
    private static final int VALUES_MAX = 2_000;

    private static final String LINE = "The text must be in one line, without control characters, and have a character that can be seen.";
    private static final Map<String, String> FORMATS = Map.of(
            "date-time", "The value must be an instant of RFC 3339 in the years 1 to 9999, such as 2026-11-21T02:15:00Z.",
            "date", "The value must be a date, such as 2026-11-21.",
            "idn-email", "The value must be an e-mail address (RFC 6531).");

    /** Where in a value something stands; spelled out only for what is wrong. */
    private record Place(@Nullable Place around, String step) {

        static final Place ROOT = new Place(null, "");

        Place at(String member) {
            return new Place(this, member);
        }

        Place at(int index) {
            return new Place(this, Integer.toString(index));
        }

        String pointer() {
            return around == null ? "" : around.pointer() + "/" + escape(step);
        }
    }

    private Validation() {}

    /** Everything that is wrong with the value; empty if nothing is. */
    public static List<Item> check(Schema schema, JsonNode value) {
        var items = new ArrayList<Item>();
        unusable(value, Place.ROOT, items);
        if (!items.isEmpty()) {
            return items;
        }
        if (isLarger(value, VALUES_MAX)) {
            tell(schema.validate(value, context -> context.setFailFast(true)), items);
        }
        if (items.isEmpty()) {
            tell(schema.validate(value), items);
        }
        numbers(value, Place.ROOT, items);
        return items;
    }

    private static void tell(List<Error> errors, List<Item> items) {
        for (var error : errors) {
            if (items.size() < ITEMS_MAX && !noise(error)) {
                items.add(item(error));
            }
        }
    }

    /** What of a merge patch can be told before it is laid over the resource: unknown members, wrong types, values out of bounds. */
    public static List<Item> checkPatch(Schema schema, JsonNode patch) {
        return check(schema, patch).stream()
                .filter(item -> !item.code().equals("required"))
                // A null inside takes away what may be there; what may not be there can't be taken away either.
                .filter(item -> item.code().equals("unknown_member") || !nestedNull(item.pointer(), patch))
                .toList();
    }

    private static boolean nestedNull(String pointer, JsonNode patch) {
        return pointer.indexOf('/', 1) > 0 && patch.at(pointer).isNull();
    }

    // One bad branch of a choice is told by the branch's own errors; the choice's own adds nothing. Neither does the branch that
    // would have taken null: the other one says what is wrong with what is there.
    private static boolean noise(Error error) {
        return switch (error.getKeyword()) {
            case "anyOf" -> true;
            case "oneOf" -> error.getInstanceLocation().getNameCount() > 0;
            case "type" -> error.getSchemaNode() != null && "null".equals(error.getSchemaNode().textValue());
            default -> false;
        };
    }

    private static Item item(Error error) {
        var pointer = error.getInstanceLocation().toString();
        var keyword = error.getKeyword();
        var property = error.getProperty();
        return switch (keyword) {
            case "required" -> Item.pointer(pointer + "/" + escape(property), "required", "This member is required.");
            case "additionalProperties", "unevaluatedProperties" ->
                Item.pointer(pointer + "/" + escape(property), "unknown_member", "The operation knows no such member.");
            case "type" -> Item.pointer(pointer, "wrong_type", sentence(error));
            case "enum" -> Item.pointer(pointer, "not_allowed", sentence(error));
            case "pattern" -> Item.pointer(pointer, "pattern", isLine(error) ? LINE : sentence(error));
            case "minLength", "minItems", "minProperties" -> Item.pointer(pointer, "too_short", sentence(error));
            case "maxLength", "maxItems", "maxProperties" -> Item.pointer(pointer, "too_long", sentence(error));
            case "minimum", "exclusiveMinimum" -> Item.pointer(pointer, "too_small", sentence(error));
            case "maximum", "exclusiveMaximum" -> Item.pointer(pointer, "too_large", sentence(error));
            case "format" -> Item.pointer(pointer, "format", FORMATS.getOrDefault(error.getSchemaNode().asText(), sentence(error)));
            case "uniqueItems" -> Item.pointer(pointer, "not_unique", sentence(error));
            default -> Item.pointer(pointer, "invalid", sentence(error));
        };
    }

    /** Whether the pattern is that of a text in one line, which no reader would make sense of. */
    private static boolean isLine(Error error) {
        return error.getSchemaNode().asText().contains("\\u2028");
    }

    private static String sentence(Error error) {
        var message = error.getMessage();
        int prefix = message.indexOf(": ");
        var text = prefix >= 0 && message.startsWith(error.getInstanceLocation().toString()) ? message.substring(prefix + 2) : message;
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + (text.endsWith(".") ? "" : ".");
    }

    public static String escape(String member) {
        return member.replace("~", "~0").replace("/", "~1");
    }

    /**
     * What may not even be looked at: U+0000 and lone surrogates can't be stored or sent on as they came, and whoever compares
     * {@code 1e-2000000000} with anything first writes out two thousand million digits.
     */
    private static void unusable(JsonNode value, Place place, List<Item> items) {
        if (items.size() >= ITEMS_MAX) {
            return;
        }
        if (value.isTextual()) {
            var wrong = wrongCharacter(value.textValue());
            if (wrong != null) {
                items.add(Item.pointer(place.pointer(), "character", wrong));
            } else if (isLong(value.textValue())) {
                items.add(Item.pointer(place.pointer(), "too_long", "No text is longer than " + TEXT_CHARACTERS_MAX + " characters."));
            }
        } else if (value.isBigDecimal() && Math.abs((long) value.decimalValue().scale()) > Json.NUMBER_CHARACTERS_MAX) {
            items.add(Item.pointer(place.pointer(), "wrong_type", "An integer is written without fraction and exponent."));
        } else if (value.isArray()) {
            for (int at = 0; at < value.size(); at++) {
                unusable(value.get(at), place.at(at), items);
            }
        } else if (value.isObject()) {
            value.properties().forEach(member -> {
                var wrong = wrongCharacter(member.getKey());
                if (wrong != null) {
                    // The member's own name can't be written back.
                    items.add(Item.pointer(place.pointer(), "character", "The name of a member is not valid: " + wrong));
                } else {
                    unusable(member.getValue(), place.at(member.getKey()), items);
                }
            });
        }
    }

    private static boolean isLong(String text) {
        return text.length() > TEXT_CHARACTERS_MAX && text.codePointCount(0, text.length()) > TEXT_CHARACTERS_MAX;
    }

    private static boolean isLarger(JsonNode value, int most) {
        return count(value, most) > most;
    }

    /** How many values there are, counted a little further than {@code most} at the furthest. */
    private static int count(JsonNode value, int most) {
        int counted = 1;
        for (var inside : value) {
            if (counted > most) {
                break;
            }
            counted += count(inside, most - counted);
        }
        return counted;
    }

    public static @Nullable String wrongCharacter(String text) {
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            if (character == 0) {
                return "The text contains U+0000.";
            }
            if (Character.isSurrogate(character)) {
                boolean pair = Character.isHighSurrogate(character)
                        && at + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(at + 1));
                if (!pair) {
                    return "The text contains a lone surrogate.";
                }
                at++;
            }
        }
        return null;
    }

    /** JSON Schema takes 5.0 for an integer; the contract doesn't. */
    private static void numbers(JsonNode value, Place place, List<Item> items) {
        if (items.size() >= ITEMS_MAX) {
            return;
        }
        if (value.isFloatingPointNumber()) {
            var pointer = place.pointer();
            // Whatever else the schema has to say of it, a bound mostly, is about another number than was sent.
            items.removeIf(item -> pointer.equals(item.pointer()));
            items.add(Item.pointer(pointer, "wrong_type", "An integer is written without fraction and exponent."));
        } else if (value.isArray()) {
            for (int at = 0; at < value.size(); at++) {
                numbers(value.get(at), place.at(at), items);
            }
        } else if (value.isObject()) {
            value.properties().forEach(member -> numbers(member.getValue(), place.at(member.getKey()), items));
        }
    }
}
