package org.guildhall.core.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;

/** A component schema of the document. It validates values that aren't request bodies, with the same messages. */
public final class ComponentSchema {

    private final Schema schema;

    ComponentSchema(Schema schema) {
        this.schema = schema;
    }

    /** All mistakes in the value; empty if it is valid. */
    public List<Item> check(JsonNode value) {
        return Validation.check(schema, value);
    }

    /**
     * Parses JSON as strictly as a request body, without validating it.
     *
     * @throws ProblemException {@code malformed_body}
     */
    public JsonNode parse(byte[] text) {
        return Json.parse(text);
    }

    /** Parses JSON text as strictly as a request body, without validating it. */
    public JsonNode parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
