package org.guildhall.core.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What a violation of a schema means, in a sentence for the caller. It never repeats the value. */
final class MistakeSentences {

    private static final Map<String, String> TYPES = Map.of(
            "string", "a text", "integer", "an integer", "number", "a number", "boolean", "true or false", "object", "an object", "array", "an array",
            "null", "null");
    private static final Map<String, String> FORMATS = Map.of(
            "date-time", "The value must be an instant of RFC 3339 in the years 1 to 9999, such as 2026-11-21T02:15:00Z.",
            "date", "The value must be a date, such as 2026-11-21.",
            "idn-email", "The value must be an e-mail address (RFC 6531).");
    /** Patterns that say which characters are allowed. An example would not tell them. */
    private static final Map<String, String> CHARACTERS = Map.of(
            "^[!-~]+$", "The value must be of printable ASCII characters without spaces.",
            "^[ -~]+$", "The value must be of printable ASCII characters.",
            "^https://", "The address must begin with https://.",
            "^https://[!-~]+$", "The address must begin with https://, without spaces and in ASCII.",
            "^https?://[!-~]+$", "The address must begin with https:// or http://, without spaces and in ASCII.");
    /** More values of an enumeration would not fit into a sentence. */
    private static final int VALUES_MAX = 50;

    private MistakeSentences() {}

    static String of(Error error) {
        var rule = error.getSchemaNode();
        return switch (error.getKeyword()) {
            case "type" -> "The value must be " + type(rule) + ".";
            case "enum" -> allowed(rule);
            case "pattern" -> pattern(rule);
            case "format" -> FORMATS.getOrDefault(rule.asText(), "The value must have the format " + rule.asText() + ".");
            case "minLength" -> rule.asInt() == 1 ? "The text must not be empty." : "The text must have at least " + rule.asText() + " characters.";
            case "maxLength" -> "The text must have at most " + counted(rule, "character") + ".";
            case "minItems" -> "There must be at least " + entries(rule) + ".";
            case "maxItems" -> "There must be at most " + entries(rule) + ".";
            case "minProperties" -> "There must be at least " + counted(rule, "member") + ".";
            case "maxProperties" -> "There must be at most " + counted(rule, "member") + ".";
            case "minimum" -> "The number must be at least " + rule.asText() + ".";
            case "maximum" -> "The number must be at most " + rule.asText() + ".";
            case "exclusiveMinimum" -> "The number must be greater than " + rule.asText() + ".";
            case "exclusiveMaximum" -> "The number must be less than " + rule.asText() + ".";
            case "uniqueItems" -> "No two entries may be the same.";
            case "const" -> "The value must be `" + rule.asText() + "`.";
            case "propertyNames" -> "The name of a member is too long, or has characters that aren't allowed in it.";
            default -> "The value has none of the forms that are allowed here.";
        };
    }

    private static String type(JsonNode types) {
        return types.isArray() ? joined(types, type -> TYPES.getOrDefault(type.asText(), type.asText()), " or ")
                : TYPES.getOrDefault(types.asText(), types.asText());
    }

    private static String allowed(JsonNode values) {
        return values.size() > VALUES_MAX ? "The value must be one of the " + values.size() + " that the API's description lists."
                : "The value must be one of " + joined(values, value -> value.isNull() ? "null" : "`" + value.asText() + "`", ", ") + ".";
    }

    private static String joined(JsonNode values, Function<JsonNode, String> text, String between) {
        return StreamSupport.stream(values.spliterator(), false).map(text).collect(Collectors.joining(between));
    }

    private static String pattern(JsonNode rule) {
        var pattern = rule.asText();
        if (pattern.contains("\\u2028")) {
            return pattern.endsWith("]*$") && pattern.startsWith("^[^") ? "The text must be one line, without control characters."
                    : "The text must be one line, without control characters, with at least one visible character.";
        }
        if (CHARACTERS.containsKey(pattern)) {
            return CHARACTERS.get(pattern);
        }
        if (pattern.startsWith("^[^\\x00-\\x1f")) {
            return "The text must be one line, without control characters.";
        }
        var example = rule instanceof LengthFirst.ExplainedPattern explained ? explained.example() : "";
        return example.isEmpty() ? "The value has a character or a form that isn't allowed here." : "The value must have the form of `" + example + "`.";
    }

    private static String entries(JsonNode rule) {
        return rule.asInt() == 1 ? "one entry" : rule.asText() + " entries";
    }

    private static String counted(JsonNode rule, String what) {
        return rule.asText() + " " + what + (rule.asInt() == 1 ? "" : "s");
    }
}
