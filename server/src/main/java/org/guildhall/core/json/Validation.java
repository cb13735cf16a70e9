package org.guildhall.core.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/** Finds all mistakes in a JSON value: violations of its schema, and of rules that JSON Schema can't express. */
public final class Validation {

    /** The maximal number of mistakes in an answer. */
    public static final int ITEMS_MAX = 100;

    /** The length of the longest text that the document allows. */
    static final int TEXT_CHARACTERS_MAX = 65_536;

    /** In a larger body only the first mistake is reported: hundreds of thousands would take seconds, and an answer shows 100. */
    private static final int VALUES_MAX = 2_000;

    /** The path of a value in the body. Its pointer is only built for a mistake. */
    private record ValuePath(@Nullable ValuePath parent, String step) {

        static final ValuePath ROOT = new ValuePath(null, "");

        ValuePath at(String member) {
            return new ValuePath(this, member);
        }

        ValuePath at(int index) {
            return new ValuePath(this, Integer.toString(index));
        }

        String pointer() {
            return parent == null ? "" : parent.pointer() + "/" + escape(step);
        }
    }

    private Validation() {}

    /** All mistakes in the value; empty if it is valid. */
    public static List<Item> check(Schema schema, JsonNode value) {
        return check(schema, value, false);
    }

    /** All mistakes in a value whose members the schema doesn't name, such as an event in its provider's form: it can have fractions. */
    public static List<Item> checkOpen(Schema schema, JsonNode value) {
        return check(schema, value, true);
    }

    private static List<Item> check(Schema schema, JsonNode value, boolean isOpen) {
        var items = new ArrayList<Item>();
        addUnusable(value, ValuePath.ROOT, items);
        if (!items.isEmpty()) {
            return items;
        }
        if (isLarger(value, VALUES_MAX)) {
            addItems(schema.validate(value, context -> context.setFailFast(true)), items);
        }
        if (items.isEmpty()) {
            addItems(schema.validate(value), items);
        }
        if (!isOpen) {
            addFractions(value, ValuePath.ROOT, items);
        }
        return items;
    }

    private static void addItems(List<Error> errors, List<Item> items) {
        for (var error : errors) {
            if (items.size() < ITEMS_MAX && !isRedundant(error)) {
                items.add(item(error));
            }
        }
    }

    /** The mistakes in a merge patch that are independent of the resource: unknown members, wrong types, values out of bounds. */
    public static List<Item> checkPatch(Schema schema, JsonNode patch) {
        return check(schema, patch).stream()
                .filter(item -> !item.code().equals("required"))
                // A nested null removes a member, so it need not match the member's type. An unknown member is still a mistake.
                .filter(item -> item.code().equals("unknown_member") || !nestedNull(item.pointer(), patch))
                .toList();
    }

    private static boolean nestedNull(String pointer, JsonNode patch) {
        return pointer.indexOf('/', 1) > 0 && patch.at(pointer).isNull();
    }

    // A failed branch of anyOf or oneOf is reported by the branch's own errors. The failure of the choice itself adds nothing, nor does
    // the failure of a branch of type null.
    private static boolean isRedundant(Error error) {
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
                Item.pointer(pointer + "/" + escape(property), "unknown_member", "The operation has no such member.");
            default -> Item.pointer(pointer, code(keyword), MistakeSentences.of(error));
        };
    }

    private static String code(String keyword) {
        return switch (keyword) {
            case "type" -> "wrong_type";
            case "enum" -> "not_allowed";
            case "pattern", "format" -> keyword;
            case "minLength", "minItems", "minProperties" -> "too_short";
            case "maxLength", "maxItems", "maxProperties" -> "too_long";
            case "minimum", "exclusiveMinimum" -> "too_small";
            case "maximum", "exclusiveMaximum" -> "too_large";
            case "uniqueItems" -> "not_unique";
            default -> "invalid";
        };
    }

    public static String escape(String member) {
        return member.replace("~", "~0").replace("/", "~1");
    }

    /**
     * Values that must not reach the schema: U+0000 and lone surrogates can't be stored or sent on unchanged, and comparing
     * {@code 1e-2000000000} with a bound would first expand it to two thousand million digits.
     */
    private static void addUnusable(JsonNode value, ValuePath path, List<Item> items) {
        if (items.size() >= ITEMS_MAX) {
            return;
        }
        if (value.isTextual()) {
            var wrong = wrongCharacter(value.textValue());
            if (wrong != null) {
                items.add(Item.pointer(path.pointer(), "character", wrong));
            } else if (isLong(value.textValue())) {
                items.add(Item.pointer(path.pointer(), "too_long", "The text is longer than " + TEXT_CHARACTERS_MAX + " characters."));
            }
        } else if (value.isBigDecimal() && Math.abs((long) value.decimalValue().scale()) > Json.NUMBER_CHARACTERS_MAX) {
            items.add(Item.pointer(path.pointer(), "wrong_type", "The value must be an integer without fraction and exponent."));
        } else if (value.isArray()) {
            for (int at = 0; at < value.size(); at++) {
                addUnusable(value.get(at), path.at(at), items);
            }
        } else if (value.isObject()) {
            value.properties().forEach(member -> {
                var wrong = wrongCharacter(member.getKey());
                if (wrong != null) {
                    // The member's name can't be written into a pointer.
                    items.add(Item.pointer(path.pointer(), "character", "The name of a member is invalid: " + wrong));
                } else {
                    addUnusable(member.getValue(), path.at(member.getKey()), items);
                }
            });
        }
    }

    private static boolean isLong(String text) {
        return text.length() > TEXT_CHARACTERS_MAX && Texts.length(text) > TEXT_CHARACTERS_MAX;
    }

    private static boolean isLarger(JsonNode value, int most) {
        return count(value, most) > most;
    }

    /** The number of values; counting stops soon after {@code most}. */
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

    /** Refuses 5.0 for an integer, which JSON Schema accepts. */
    private static void addFractions(JsonNode value, ValuePath path, List<Item> items) {
        if (items.size() >= ITEMS_MAX) {
            return;
        }
        if (value.isFloatingPointNumber()) {
            var pointer = path.pointer();
            // Other mistakes at this path, such as a bound, concern the rounded number.
            items.removeIf(item -> pointer.equals(item.pointer()));
            items.add(Item.pointer(pointer, "wrong_type", "The value must be an integer without fraction and exponent."));
        } else if (value.isArray()) {
            for (int at = 0; at < value.size(); at++) {
                addFractions(value.get(at), path.at(at), items);
            }
        } else if (value.isObject()) {
            value.properties().forEach(member -> addFractions(member.getValue(), path.at(member.getKey()), items));
        }
    }
}
