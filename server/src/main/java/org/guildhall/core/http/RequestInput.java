package org.guildhall.core.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.guildhall.api.Input;
import org.guildhall.api.Patch;
import org.guildhall.api.Upload;
import org.guildhall.core.json.Instants;
import org.guildhall.core.json.Json;
import org.guildhall.core.json.Spec;
import org.guildhall.core.json.Validation;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** The validated input of a request. It binds path, query and body to the handler's types. */
final class RequestInput implements Input {

    private static final String LOST_PLUS = "The instant has a space instead of the + of its offset.";
    private static final String PLUS_HINT = "A + in a query means a space: write the + of an offset as %2B.";

    private final Function<String, String> path;
    private final ObjectNode query;
    private final @Nullable JsonNode body;
    private final @Nullable Schema bodySchema;
    private final byte[] raw;
    private final @Nullable Upload upload;

    RequestInput(Function<String, String> path, ObjectNode query, @Nullable JsonNode body, @Nullable Schema bodySchema, byte[] raw,
            @Nullable Upload upload) {
        this.path = path;
        this.query = query;
        this.body = body;
        this.bodySchema = bodySchema;
        this.raw = raw;
        this.upload = upload;
    }

    @Override
    public <T> T path(String name, Function<String, T> parse) {
        var text = path.apply(name);
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException noSuchId) {
            throw Problem.NOT_FOUND.refusal();
        }
    }

    @Override
    public <T> T query(Class<T> type) {
        try {
            return Json.bind(query, type);
        } catch (JsonProcessingException unbindable) {
            var name = place(unbindable).replaceFirst("^/", "").replaceFirst("/.*", "");
            throw Problem.INVALID_PARAMETER.because("A parameter has an invalid value.")
                    .with(Item.parameter(name, "invalid", "The value is not valid."));
        }
    }

    @Override
    public <T> T body(Class<T> type) {
        return MergePatch.bind(present(body), type);
    }

    @Override
    public <T> Patch<T> patch(Class<T> type) {
        return new MergePatch<>(present(body), present(bodySchema), type);
    }

    @Override
    public byte[] raw() {
        return raw;
    }

    @Override
    public Upload upload() {
        return present(upload);
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the operation has no body");
        }
        return value;
    }

    /** The problem of a value that matches its schema but can't be bound, such as an id whose base32 text exceeds 128 bits. */
    static ProblemException unbindable(JsonProcessingException unbindable) {
        return Problem.VALIDATION_FAILED.because("A member of the body has an invalid value.")
                .withAll(List.of(Item.pointer(place(unbindable), "invalid", "The value is not valid.")));
    }

    private static String place(JsonProcessingException unbindable) {
        var pointer = new StringBuilder();
        if (unbindable instanceof JsonMappingException mapping) {
            for (var step : mapping.getPath()) {
                pointer.append('/').append(step.getFieldName() != null ? Validation.escape(step.getFieldName()) : step.getIndex());
            }
        }
        return pointer.toString();
    }

    /** The query parameters as a JSON object, each parsed by its type in the document. */
    static ObjectNode query(Map<String, String> texts, Map<String, Spec.Parameter> known, List<Item> wrong) {
        var tree = Json.WIRE.createObjectNode();
        known.forEach((name, parameter) -> {
            if (parameter.fallback() != null && !texts.containsKey(name)) {
                tree.set(name, parameter.fallback());
            }
        });
        texts.forEach((name, text) -> {
            var parameter = known.get(name);
            if (parameter == null) {
                wrong.add(Item.parameter(name, "unknown_parameter", "The operation has no such parameter."));
                return;
            }
            var value = value(parameter.type(), parameter.itemType(), text);
            if (value == null) {
                wrong.add(Item.parameter(name, "wrong_type", "The value must be " + article(parameter.type()) + "."));
                return;
            }
            for (var item : Validation.check(parameter.schema(), value)) {
                var detail = item.code().equals("format") && Instants.lostItsPlus(text) ? LOST_PLUS : item.detail();
                wrong.add(name.equals("cursor") ? Cursors.altered() : Item.parameter(name, item.code(), detail));
            }
            tree.set(name, value);
        });
        return tree;
    }

    /** Adds a hint if an instant lost the plus sign of its offset. */
    static ProblemException hinted(ProblemException refusal) {
        boolean lost = refusal.items().stream().anyMatch(item -> item.detail().equals(LOST_PLUS));
        return lost ? refusal.member("hint", PLUS_HINT) : refusal;
    }

    private static String article(String type) {
        return type.equals("integer") || type.equals("array") ? "an " + type : "a " + type;
    }

    private static @Nullable JsonNode value(String type, @Nullable String itemType, String text) {
        var nodes = Json.WIRE.getNodeFactory();
        return switch (type) {
            case "integer" -> text.matches("-?(0|[1-9][0-9]{0,17})") ? nodes.numberNode(Long.parseLong(text)) : null;
            case "boolean" -> text.equals("true") || text.equals("false") ? nodes.booleanNode(text.equals("true")) : null;
            case "array" -> {
                var array = nodes.arrayNode();
                for (var entry : text.split(",", -1)) {
                    var value = value(itemType == null ? "string" : itemType, null, entry);
                    if (value == null) {
                        yield null;
                    }
                    array.add(value);
                }
                yield array;
            }
            default -> nodes.textNode(text);
        };
    }
}
