package org.guildhall.core.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;

/** How a value must look by the document, and what is wrong with one that doesn't: the same as a body is told. */
public final class ComponentSchema {

    private final Schema schema;

    ComponentSchema(Schema schema) {
        this.schema = schema;
    }

    /** Everything that is wrong with the value; empty if nothing is. */
    public List<Item> check(JsonNode value) {
        return Validation.check(schema, value);
    }

    /**
     * Reads a JSON text as strictly as a body, without checking it.
     *
     * @throws ProblemException {@code malformed_body}
     */
    public JsonNode parse(byte[] text) {
        return Json.parse(text);
    }

    /** The same for text that was read already. */
    public JsonNode parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
