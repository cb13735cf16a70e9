package org.guildhall.core.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import org.guildhall.api.Patch;
import org.guildhall.core.json.Json;
import org.guildhall.core.json.Validation;
import org.guildhall.core.problem.Problem;

/** A merge patch (RFC 7396). The merged tree is validated as a whole before it is bound to the record. */
final class MergePatch<T> implements Patch<T> {

    private final JsonNode patch;
    private final Schema schema;
    private final Class<T> type;

    MergePatch(JsonNode patch, Schema schema, Class<T> type) {
        this.patch = patch;
        this.schema = schema;
        this.type = type;
    }

    @Override
    public T onto(T current) {
        ObjectNode whole = Json.WIRE.valueToTree(current);
        // A null at the top level stays in the tree, so that the schema decides which members may be removed. The record reads it as absent.
        patch.properties().forEach(member -> whole.set(
                member.getKey(), member.getValue().isNull() ? member.getValue() : merge(whole.get(member.getKey()), member.getValue())));
        var wrong = Validation.check(schema, whole);
        if (!wrong.isEmpty()) {
            throw Problem.VALIDATION_FAILED.because("The patched resource would not be valid.").withAll(wrong);
        }
        return bind(whole, type);
    }

    static <T> T bind(JsonNode tree, Class<T> type) {
        try {
            return Json.bind(tree, type);
        } catch (JsonProcessingException unbindable) {
            throw RequestInput.unbindable(unbindable);
        }
    }

    private static JsonNode merge(@org.jspecify.annotations.Nullable JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode result = target != null && target.isObject() ? target.deepCopy() : Json.WIRE.createObjectNode();
        patch.properties().forEach(member -> {
            if (member.getValue().isNull()) {
                result.remove(member.getKey());
            } else {
                result.set(member.getKey(), merge(result.get(member.getKey()), member.getValue()));
            }
        });
        return result;
    }
}
